-- soak_judge.lua: what the stored data of a community must be like when nothing is under way. ARGV: tag, now, how late a
-- timer may be, "quiet" when nobody has reported for so long that only what nobody mends may be open. Answers
-- figures and faults, each a text: "= name value" or "! fault". It reads all keys, as only a test may, and asks nothing of
-- Loubot's own scripts.
local tag, now, late = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer, kinds, faults = {}, {}, 0
local function fault(...)
    faults = faults + 1
    if faults <= 12 then answer[#answer + 1] = '! ' .. tag .. ' ' .. table.concat({...}, ' ') end
end
local function key(...) return tag .. ':' .. table.concat({...}, ':') end
local function set(list)
    local s = {}
    for _, v in ipairs(list) do s[v] = true end
    return s
end
local call = redis.call
local OPEN = set({'draft', 'reported', 'dispatched', 'handling', 'checking', 'conferring', 'suspended'})
local DAY = 86400000

local keys = call('KEYS', tag .. ':*')
local names = {}
for _, k in ipairs(keys) do
    local kind = k:sub(#tag + 2):match('^[^:]+')
    kinds[kind] = (kinds[kind] or 0) + 1
    names[kind] = names[kind] or {}
    table.insert(names[kind], k)
end

-- timers: the set and the rows agree; none is late; each belongs to something that is there
local timer_of, timers = {}, call('ZRANGE', key('timers'), 0, -1, 'WITHSCORES')
local rows = call('HKEYS', key('timer'))
local in_rows = set(rows)
for i = 1, #timers, 2 do
    local id, due = timers[i], tonumber(timers[i + 1])
    if not in_rows[id] then fault('timer without a row', id) end
    in_rows[id] = nil
    if due < now - late then fault('timer is late', id, (now - due) / 60000, 'minutes') end
    local event = id:match('^e(%d+):')
    if event then
        timer_of[event] = (timer_of[event] or '') .. ' ' .. id:match(':(.*)$')
        if call('EXISTS', key('e', event)) == 0 then fault('timer of no event', id) end
    end
end
for id in pairs(in_rows) do fault('timer row without a time', id) end

-- events and their indexes
local open, old = set(call('ZRANGE', key('open'), 0, -1)), set(call('ZRANGE', key('old'), 0, -1))
local events, bytes, steps = {}, 0, 0
for _, k in ipairs(names.e or {}) do
    local id = k:match('(%d+)$')
    local body = cjson.decode(call('HGET', k, 'b'))
    events[id] = body
    bytes = bytes + call('MEMORY', 'USAGE', k) + (call('MEMORY', 'USAGE', key('t', id)) or 0)
    steps = steps + call('LLEN', key('t', id))
    if call('LLEN', key('t', id)) == 0 then fault('event without a trail', id) end
    if (OPEN[body.state] or false) ~= (open[id] or false) then fault('open index and state', id, body.state) end
    if (body.state == 'archived') ~= (old[id] or false) then fault('old index and state', id, body.state) end
    if OPEN[body.state] and not timer_of[id] then fault('open without a timer', id, body.state, body.assignee or 'nobody') end
    if OPEN[body.state] and ARGV[4] == 'quiet' and not ((body.level or 1) >= 3 and body.assignee) then
        fault('open, and nobody above was asked', id, body.state, body.level or 1, body.assignee or 'nobody')
    end
    if body.state == 'done' and not timer_of[id] then fault('done without the archive timer', id) end
    if body.state == 'archived' and timer_of[id] then fault('archived with timers', id, timer_of[id]) end
    if body.state == 'done' and not body.outcome then fault('done without an outcome', id) end
end
for id in pairs(open) do if not events[id] then fault('open index names no event', id) end end
for id in pairs(old) do
    if not events[id] then fault('old index names no event', id) end
    if tonumber(call('ZSCORE', key('old'), id)) < now - 91 * DAY then fault('archived too long ago to be here', id) end
end
for _, k in ipairs(names.t or {}) do
    if not events[k:match('(%d+)$')] then fault('trail of no event', k) end
end
local placed = {}
for _, kind in ipairs({'at', 'm'}) do
    for _, k in ipairs(names[kind] or {}) do
        for _, place in ipairs(call('ZRANGE', k, 0, -1)) do
            local id = place:match('^%d+')
            if kind == 'at' then placed[id .. k] = (placed[id .. k] or 0) + 1 end
            if not events[id] then fault('index names no event', k, id)
            elseif events[id].state == 'archived' then fault('index names an archived event', k, id) end
        end
    end
end

for id, body in pairs(events) do
    local times = placed[id .. key('at', body.building or '-', body.category or 'other')]
    if body.state ~= 'archived' and times ~= 1 then fault('in the index of its place', times or 0, 'times', id) end
end

-- numbers: every event that was made is here or in the archive
local made, past = tonumber(call('HGET', key('n'), 'event') or 0), 0
for _, k in ipairs(names.past or {}) do past = past + call('HLEN', k) end
if made ~= past + (kinds.e or 0) then fault('events are missing:', made, 'made', kinds.e or 0, 'here', past, 'past') end

-- nothing waits, nothing was put aside
for _, kind in ipairs({'outq', 'out', 'parked', 'inputs', 'again'}) do
    for _, k in ipairs(names[kind] or {}) do fault('is not empty', k) end
end

-- people's open things
local live, sessions = 0, 0
for _, k in ipairs(names.live or {}) do
    for _, member in ipairs(call('SMEMBERS', k)) do
        live = live + 1
        local s = k:gsub(':live:', ':s:', 1) .. ':' .. member
        if call('EXISTS', s) == 0 then fault('live without a session', k, member) end
    end
end
for _, k in ipairs(names.s or {}) do
    sessions = sessions + 1
    local group, member = k:match(':s:([^:]+):(.*)$')
    if call('SISMEMBER', key('live', group), member) == 0 then fault('session that is not live', k) end
    if call('HLEN', k) > 34 then fault('session has', call('HLEN', k), 'fields', k) end
end

local function figure(name, value) answer[#answer + 1] = '= ' .. name .. ' ' .. value end
for kind, n in pairs(kinds) do figure('keys.' .. kind, n) end
figure('open', call('ZCARD', key('open')))
figure('made', made)
figure('past', past)
figure('bytes', bytes)
figure('steps', steps)
figure('timers', #timers / 2)
figure('live', live)
figure('people', call('HLEN', key('people')))
figure('faults', faults)
return answer
