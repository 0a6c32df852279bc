-- walk_judge.lua: what has changed since it was last asked, for event_walk_live_test.c, which judges it by the fairness
-- rules. ARGV: tag, "all" to look at timers and questions too. Answers how many events were made, faults, then the
-- changed events, each {id, body, text, photos, new steps…}. It remembers what it told in a key of its own.
local tag, all = ARGV[1], ARGV[2] == 'all'
local call = redis.call
local function key(...) return tag .. ':' .. table.concat({...}, ':') end
local made = tonumber(call('HGET', key('n'), 'event') or 0)
local faults, answer = {}, {}

for id = 1, made do
    local v = call('HGET', key('e', id), 'v')
    if v and v ~= call('HGET', 'walk:versions', id) then
        local f = call('HMGET', key('e', id), 'b', 'x', 'p')
        local item = {tostring(id), f[1], f[2] or '', f[3] or ''}
        local known = tonumber(call('HGET', 'walk:steps', id) or 0)
        local steps = call('LRANGE', key('t', id), known, -1)
        for _, step in ipairs(steps) do item[#item + 1] = step end
        call('HSET', 'walk:versions', id, v)
        call('HSET', 'walk:steps', id, known + #steps)
        answer[#answer + 1] = item
    end
end

-- Is a question about it open to somebody?
local asked
local function is_asked(id)
    if not asked then
        asked = ''
        for _, k in ipairs(call('KEYS', key('s', '*'))) do asked = asked .. table.concat(call('HVALS', k), ' ') end
    end
    return asked:find('"event":' .. id .. '[,}]') ~= nil
end
if all then
    local timers = {}
    for _, timer in ipairs(call('ZRANGE', key('timers'), 0, -1)) do
        local id = timer:match('^e(%d+):')
        local told = timer:match(':why$') or timer:match(':withdrawn$') -- of what is over, at 07:00
        if id and not told then timers[id] = (timers[id] or '') .. ' ' .. timer:match(':(.*)$') end
    end
    for n = 1, made do
        local id = tostring(n)
        local body = call('HGET', key('e', id), 'b')
        local state = body and cjson.decode(body).state
        local open = state and state ~= 'done' and state ~= 'archived'
        if open and not timers[id] and not is_asked(id) then faults[#faults + 1] = id .. ' open, without a timer or a question' end
        if state == 'done' and not timers[id] then faults[#faults + 1] = id .. ' done, and never archived' end
        if state == 'archived' and timers[id] then faults[#faults + 1] = id .. ' archived, with timers' .. timers[id] end
    end
end
return {made, table.concat(faults, '; '), unpack(answer)}
