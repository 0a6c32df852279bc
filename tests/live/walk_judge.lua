-- walk_judge.lua: what has changed since it was last asked, for event_walk_live_test.c, which judges it by the fairness
-- rules. ARGV: tag, "all" to look at every event and tell what each waits for, how many were known, the numbers of those
-- that may change. Answers how many events were made, that list, then the changed events, each {id, body, text, photos,
-- new steps…}. It remembers what it told in a key of its own.
local tag, all = ARGV[1], ARGV[2] == 'all'
local call = redis.call
local function key(...) return tag .. ':' .. table.concat({...}, ':') end
local made = tonumber(call('HGET', key('n'), 'event') or 0)
local answer = {}

local function look(id)
    local v = call('HGET', key('e', id), 'v')
    if not v or v == call('HGET', 'walk:versions', id) then return end
    local f = call('HMGET', key('e', id), 'b', 'x', 'p')
    local item = {tostring(id), f[1], f[2] or '', f[3] or ''}
    local known = tonumber(call('HGET', 'walk:steps', id) or 0)
    if call('LLEN', key('t', id)) < known then error('a step of ' .. id .. ' is gone') end
    local steps = call('LRANGE', key('t', id), known, -1)
    for _, step in ipairs(steps) do item[#item + 1] = step end
    call('HSET', 'walk:versions', id, v)
    call('HSET', 'walk:steps', id, known + #steps)
    answer[#answer + 1] = item
end
if not all then
    for id in ARGV[4]:gmatch('%d+') do look(id) end
end
for id = all and 1 or ARGV[3] + 1, made do look(id) end

-- Is a question about it open to somebody?
local asked
local function is_asked(id)
    if not asked then
        asked = ''
        for _, k in ipairs(call('KEYS', key('s', '*'))) do asked = asked .. table.concat(call('HVALS', k), ' ') end
    end
    return asked:find('"event":' .. id .. '[,}]') ~= nil
end
-- What each waits for: {id, whether somebody was asked, name, due, name, due…}.
local waits = {}
if all then
    local timers = {}
    local list = call('ZRANGE', key('timers'), 0, -1, 'WITHSCORES')
    for i = 1, #list, 2 do
        local id, name = list[i]:match('^e(%d+):(.*)$')
        if id then
            timers[id] = timers[id] or {}
            table.insert(timers[id], name)
            table.insert(timers[id], list[i + 1])
        end
    end
    for n = 1, made do
        local id = tostring(n)
        if call('EXISTS', key('e', id)) == 1 then
            local mine = timers[id] or {}
            waits[#waits + 1] = {id, #mine == 0 and is_asked(id) and '1' or '0', unpack(mine)}
        end
    end
end
return {made, waits, unpack(answer)}
