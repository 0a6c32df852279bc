-- context.lua: what a turn needs to know, in one read. It follows pointers with caps: at most EVENTS_MAX events.
-- ARGV: group, member ("" none), event ("" none), quoted message ("" none), own message ("" none), mine (0, or 1 and the
-- ids that he had before he was bound, or "=<name> <until>": what the event's assignee has with a timer of that name due
-- until then),
-- count of numbers, numbers…, count of places, building, category, unit and floor ("" not told) of each…,
-- hash of a one-time code ("" none)
-- Answers: {session fields, member whose question was quoted or "", his session fields,
--           {{id, reached, v, b, x, p, a, and of those found by a timer what it hands back and when it is due}…},
--           {highest number of each place…}, {id that he had before, his session fields under it…}, and with a code what is stored of it and of the member's wrong tries, "" for nothing}
local EVENTS_MAX, NEAR_MAX, WAS_MAX = 20, 8, 2
local LOOKED_LAST, MINE_LAST, ALONG_LAST = '15', '19', '199' -- texts: a number becomes one at every call
local BY_NUMBER, BY_QUOTE, BY_NEAR, BY_MINE, BY_TIMER, BY_MESSAGE, BY_ALONG = 1, 2, 16, 32, 64, 128, 512

local ids, reached = {}, {}
local function reach(id, how)
    if id == '' then return end
    if not reached[id] then
        if #ids == EVENTS_MAX then return end
        ids[#ids + 1] = id
        reached[id] = 0
    end
    reached[id] = bit.bor(reached[id], how)
end
local function reach_all(list, how)
    for id in list:gmatch('%d+') do reach(id, how) end
end

local group, member, event, quoted, message, mine = unpack(ARGV, 1, 6)
local at = 7
local function take()
    at = at + 1
    return ARGV[at - 1]
end

-- Message ids are counted a chat on some platforms, and every person has a direct chat of his own.
local scope = group == 'dm' and 'dm:' .. member or group

local function session_of(who)
    if who == '' then return {} end
    local fields = redis.call('HGETALL', key('s', group, who))
    for i = 2, #fields, 2 do
        local events = fields[i]:match('^([%d,]+)|')
        if events then reach_all(events, 0) end
    end
    return fields
end

reach(event, BY_TIMER)
for _ = 1, tonumber(take()) do reach(take(), BY_NUMBER) end
local asked = ''
if quoted ~= '' then
    local about = redis.call('GET', key('msg', scope, quoted))
    if about then
        local events, owner = about:match('^([^|]*)|(.*)$')
        reach_all(events, BY_QUOTE)
        if owner ~= member then asked = owner end
    end
end
if message ~= '' then
    local about = redis.call('GET', key('msg', scope, message))
    if about then reach_all(about:match('^([^|]*)'), BY_MESSAGE) end
end
local session = session_of(member)
local asked_session = session_of(asked)
local former = {}
for id in mine:gmatch('r%-%x+') do
    local fields = session_of(id)
    if fields[1] then former[#former + 1], former[#former + 2] = id, fields end
end
local function reach_near(told, unit, floor, most)
    local near = 0
    for k = 1, #told do
        local id, u, f = told[k]:match('^(%d+):?([^:]*):?(.*)$')
        if (u == unit or u == '' or unit == '') and (f == floor or f == '' or floor == '') then
            reach(id, BY_NEAR)
            near = near + 1
            if near == most then break end
        end
    end
end
local tops = {}
for i = 1, tonumber(take()) do
    local building, category, unit, floor = take(), take(), take(), take()
    local told = redis.call('ZREVRANGE', key('at', building, category), '0', LOOKED_LAST)
    tops[i] = told[1] and told[1]:match('^%d+') or '0'
    reach_near(told, unit, floor, NEAR_MAX)
    if category ~= '*' then
        reach_near(redis.call('ZREVRANGE', key('was', building, category), '0', '-1'), unit, floor, WAS_MAX)
    end
end
local function reach_mine(who)
    for _, id in ipairs(redis.call('ZREVRANGE', key('m', who), '0', MINE_LAST)) do reach(id, BY_MINE) end
    for _, id in ipairs(redis.call('ZREVRANGE', key('ago', who), '0', '-1')) do reach(id, BY_MINE) end
end
if mine ~= '0' and member ~= '' then
    reach_mine(member)
    for id in mine:gmatch('r%-%x+') do reach_mine(id) end
end

local payloads, dues = {}, {}
local function reach_along(name, most)
    local body = redis.call('HGET', key('e', event), 'b')
    local assignee = body and body:match('"assignee":"([^"]+)"')
    if not assignee then return end
    for _, id in ipairs(redis.call('ZREVRANGE', key('m', assignee), '0', ALONG_LAST)) do
        local timer = 'e' .. id .. ':' .. name
        local due = id ~= event and redis.call('ZSCORE', key('timers'), timer)
        if due and tonumber(due) <= most then
            reach(id, BY_ALONG)
            payloads[id], dues[id] = redis.call('HGET', key('timer'), timer), due
        end
    end
end
local along, until_ms = mine:match('^=(%S+) (%d+)$')
if along then reach_along(along, tonumber(until_ms)) end

local events = {}
for _, id in ipairs(ids) do
    local f = redis.call('HMGET', key('e', id), 'v', 'b', 'x', 'p', 'a')
    if f[1] then
        events[#events + 1] = {id, tostring(reached[id]), f[1], f[2] or '', f[3] or '', f[4] or '', f[5] or '',
                               payloads[id], dues[id]}
    end
end
local code = take()
if (code or '') == '' then return {session, asked, asked_session, events, tops, former} end
return {session, asked, asked_session, events, tops, former, redis.call('GET', key('code', code)) or '',
        redis.call('GET', key('tries', member)) or ''}
