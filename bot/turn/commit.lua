-- commit.lua: all effects of one turn, or none. First everything is checked, then everything is written, since Redis
-- does not roll a script back. ARGV: now (ms), days that message ids are kept (0: for ever), then the operations, each
-- its name and its arguments (ARITY). An event reference is a number, or "#k" for the k-th event made here; inside
-- values the text "#k" in double quotes stands for that number.
-- Answers: {"ok", numbers of the events made…}, {"seen", outcome}, {"stale", what}, {"gone"}, {"fence"}, {"roster"},
-- {"bad", why}.
local ARITY = {
    -- checks
    seen = 3,     -- group, bucket, input id
    fence = 2,    -- account, number
    roster = 1,   -- digest
    due = 2,      -- timer id, due: this turn is that timer's; it is removed
    version = 2,  -- event, version read
    top = 3,      -- building, category, highest number read
    session = 5,  -- group, member, version read, value, live (0/1)
    -- writes
    make = 4,     -- body, text, photos, opened at
    put = 5,      -- event, new version, body, text, photos ("" for the last two: unchanged)
    step = 2,     -- event, step
    open = 2,     -- event, opened at
    shut = 1,     -- event
    at = 3,       -- event, building, category
    unat = 3,
    mine = 2,     -- event, member
    unmine = 2,
    drop = 3,     -- group, member, field of the session that was merged into its value
    add = 4,      -- group, member, field, value
    timer = 4,    -- event or "", name, due, payload
    untimer = 2,  -- event or "", name
    msg = 3,      -- chat, platform message id, events joined by commas
    out = 5,      -- account, outgoing id, events joined by commas, acknowledges (0/1), row
    person = 2,   -- member, record
    park = 2,     -- input id, record: an input that cannot be decided, kept for the operator
}
local NUMERIC = {fence = 2, due = 2, version = 2, top = 3, make = 4, put = 2, open = 2, timer = 3}
local VALUE_MAX = 16384
local ADDED_MAX = 32
local DAY = 86400000

local now, keep_days = tonumber(ARGV[1]), tonumber(ARGV[2])
if not now or not keep_days then return {'bad', 'now'} end

local ops, made = {}, 0
local at = 3
while at <= #ARGV do
    local name = ARGV[at]
    local arity = ARITY[name]
    if not arity or at + arity > #ARGV then return {'bad', 'operation ' .. name} end
    local op = {name}
    for i = 1, arity do
        op[i + 1] = ARGV[at + i]
        if #op[i + 1] > VALUE_MAX then return {'bad', name .. ' is too large'} end
    end
    if NUMERIC[name] and not tonumber(op[NUMERIC[name] + 1]) then return {'bad', name .. ' wants a number'} end
    if name == 'make' then made = made + 1 end
    ops[#ops + 1] = op
    at = at + arity + 1
end

local function reference_ok(text)
    for part in text:gmatch('[^,]+') do
        local k = part:match('^#(%d)$')
        if k and tonumber(k) > made or not k and not part:match('^%d+$') then return false end
    end
    return true
end

local REFERENCE = {step = 1, open = 1, shut = 1, at = 1, unat = 1, mine = 1, unmine = 1, timer = 1, untimer = 1,
                   msg = 3, out = 3, put = 1}

-- Checks. None of them writes.
local check = {}
function check.seen(group, bucket, id)
    local outcome = redis.call('HGET', key('seen', group, bucket), id)
    if outcome then return {'seen', outcome} end
end
function check.fence(account, number)
    local held = redis.call('GET', key('fence', account))
    if held and tonumber(held) > tonumber(number) then return {'fence'} end
end
function check.roster(digest)
    local held = redis.call('GET', key('roster'))
    if held and held ~= digest then return {'roster'} end
end
function check.due(id, due)
    if tonumber(redis.call('ZSCORE', key('timers'), id) or -1) ~= tonumber(due) then return {'gone'} end
end
function check.version(event, version)
    local held = redis.call('HGET', key('e', event), 'v')
    if tonumber(held or 0) ~= tonumber(version) then return {'stale', 'event ' .. event} end
end
function check.top(building, category, top)
    local held = redis.call('ZREVRANGE', key('at', building, category), 0, 0)[1]
    if tonumber(held or 0) ~= tonumber(top) then return {'stale', 'place ' .. building .. ' ' .. category} end
end
function check.session(group, member, version)
    local held = redis.call('HGET', key('s', group, member), 'v')
    if tonumber(held or 0) ~= tonumber(version) then return {'stale', 'session'} end
end
for _, op in ipairs(ops) do
    local place = REFERENCE[op[1]]
    if place and not reference_ok(op[place + 1]) then return {'bad', op[1] .. ' names no event'} end
    local f = check[op[1]]
    local refusal = f and f(op[2], op[3], op[4])
    if refusal then return refusal end
end

-- Writes. Those of one command to one key are given in one call.
local calls, by_name = {}, {}
local function call(command, k, ...)
    local name = command .. ' ' .. k
    local c = by_name[name]
    if not c then
        c = {command, k}
        by_name[name] = c
        calls[#calls + 1] = c
    end
    for _, value in ipairs({...}) do c[#c + 1] = value end
end

local numbers = {}
if made > 0 then
    local last = redis.call('HINCRBY', key('n'), 'event', made)
    for k = 1, made do numbers[k] = last - made + k end
end
local function resolve(text)
    return (text:gsub('#(%d)', function(k) return numbers[tonumber(k)] end))
end
local function fill(value)
    return (value:gsub('"#(%d)"', function(k) return numbers[tonumber(k)] end))
end
local function timer_id(event, name)
    return event == '' and name or 'e' .. resolve(event) .. ':' .. name
end

local write, next_made = {}, 0
function write.seen(group, bucket, id)
    local k = key('seen', group, bucket)
    call('HSET', k, id, table.concat(numbers, ','))
    if keep_days > 0 then call('PEXPIRE', k, 6 * DAY) end
end
function write.due(id)
    call('ZREM', key('timers'), id)
    call('HDEL', key('timer'), id)
end
function write.make(body, text, photos)
    next_made = next_made + 1
    call('HSET', key('e', numbers[next_made]), 'v', 1, 'b', body, 'x', text, 'p', photos)
end
function write.put(event, version, body, text, photos)
    local k = key('e', event)
    call('HSET', k, 'v', version, 'b', body)
    if text ~= '' then call('HSET', k, 'x', text) end
    if photos ~= '' then call('HSET', k, 'p', photos) end
end
function write.step(event, step) call('RPUSH', key('t', resolve(event)), step) end
function write.open(event, opened) call('ZADD', key('open'), opened, resolve(event)) end
function write.shut(event) call('ZREM', key('open'), event) end
function write.at(event, building, category)
    local n = resolve(event)
    call('ZADD', key('at', building, category), n, n)
end
function write.unat(event, building, category) call('ZREM', key('at', building, category), event) end
function write.mine(event, member)
    local n = resolve(event)
    call('ZADD', key('m', member), n, n)
end
function write.unmine(event, member) call('ZREM', key('m', member), event) end
function write.session(group, member, version, value, live)
    call('HSET', key('s', group, member), 'v', version + 1, 's', fill(value))
    call(live == '1' and 'SADD' or 'SREM', key('live', group), member)
end
function write.drop(group, member, field) call('HDEL', key('s', group, member), field) end
function write.add(group, member, field, value)
    local k = key('s', group, member)
    if redis.call('HLEN', k) > ADDED_MAX then -- nobody answers: the oldest questions give way
        for _, old in ipairs(redis.call('HKEYS', k)) do
            if old:sub(1, 4) == 'a:q:' then
                redis.call('HDEL', k, old)
                break
            end
        end
    end
    call('HSET', k, resolve(field), fill(value))
    if field:sub(1, 4) == 'a:q:' then call('SADD', key('live', group), member) end
end
function write.timer(event, name, due, payload)
    local id = timer_id(event, name)
    call('ZADD', key('timers'), due, id)
    call('HSET', key('timer'), id, resolve(event) .. '|' .. payload)
end
function write.untimer(event, name)
    local id = timer_id(event, name)
    call('ZREM', key('timers'), id)
    call('HDEL', key('timer'), id)
end
function write.msg(group, id, events)
    local k = key('msg', group, id)
    redis.call('SET', k, resolve(events) .. '|')
    if keep_days > 0 then redis.call('PEXPIRE', k, keep_days * 2 * DAY) end
end
function write.out(account, id, events, acknowledges, row)
    call('ZADD', key('outq', account), redis.call('HINCRBY', key('n'), 'out', 1), id)
    call('HSET', key('out', account), id, resolve(events) .. '|' .. acknowledges .. '|' .. row)
end
function write.park(id, record) call('HSET', key('inputs'), id, record) end
function write.person(member, record) call('HSET', key('people'), member, record) end

for _, op in ipairs(ops) do
    local f = write[op[1]]
    if f then f(op[2], op[3], op[4], op[5], op[6]) end
end
for _, c in ipairs(calls) do redis.call(unpack(c)) end
local answer = {'ok'}
for _, n in ipairs(numbers) do answer[#answer + 1] = tostring(n) end
return answer
