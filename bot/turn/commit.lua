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
    old = 2,      -- event, archived at
    unold = 1,    -- event
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
    row = 2,      -- an amendment of the roster, what the audit says of it
    unrow = 2,    -- number of an amendment that is taken back, what the audit says
    park = 2,     -- input id, record: an input that cannot be decided, kept for the operator
}
-- Which argument must be a number, and which holds event references.
local NUMERIC = {fence = 2, due = 2, version = 2, top = 3, session = 3, make = 4, put = 2, open = 2, old = 2, timer = 3, unrow = 1}
local REFERENCE = {step = 1, open = 1, shut = 1, at = 1, unat = 1, mine = 1, unmine = 1, timer = 1, untimer = 1,
                   msg = 3, out = 3, put = 1}
local VALUE_MAX = 16384
local ADDED_MAX = 32
local DAY = 86400000

local A, call = ARGV, redis.call
local now, keep_days = tonumber(A[1]), tonumber(A[2])
if not now or not keep_days then return {'bad', 'now'} end

-- Form: known operations with all their arguments, none too large, numbers where numbers belong.
local made, last = 0, #A
local at = 3
while at <= last do
    local name = A[at]
    local arity = ARITY[name]
    if not arity or at + arity > last then return {'bad', 'operation ' .. name} end
    for i = at + 1, at + arity do
        if #A[i] > VALUE_MAX then return {'bad', name .. ' is too large'} end
    end
    local number = NUMERIC[name]
    if number and not tonumber(A[at + number]) then return {'bad', name .. ' wants a number'} end
    if name == 'make' then made = made + 1 end
    at = at + arity + 1
end

local function reference_ok(text)
    if text == '#1' then return made > 0 end
    for part in text:gmatch('[^,]+') do
        local k = part:match('^#(%d)$')
        if k and tonumber(k) > made or not k and not part:match('^%d+$') then return false end
    end
    return true
end

-- Checks. None of them writes. Each gets the place of its name among the arguments.
local check = {}
function check.seen(i)
    local outcome = call('HGET', key('seen', A[i + 1], A[i + 2]), A[i + 3])
    if outcome then return {'seen', outcome} end
end
function check.fence(i)
    local held = call('GET', key('fence', A[i + 1]))
    if held and tonumber(held) > tonumber(A[i + 2]) then return {'fence'} end
end
function check.roster(i)
    local held = call('GET', key('roster'))
    if held and held ~= A[i + 1] then return {'roster'} end
end
function check.due(i)
    local due = call('ZSCORE', key('timers'), A[i + 1])
    if tonumber(due or -1) ~= tonumber(A[i + 2]) then return {'gone'} end
end
function check.version(i)
    local held = call('HGET', key('e', A[i + 1]), 'v')
    if tonumber(held or 0) ~= tonumber(A[i + 2]) then return {'stale', 'event ' .. A[i + 1]} end
end
function check.top(i)
    local held = call('ZREVRANGE', key('at', A[i + 1], A[i + 2]), 0, 0)[1]
    if tonumber(held or 0) ~= tonumber(A[i + 3]) then return {'stale', 'place ' .. A[i + 1] .. ' ' .. A[i + 2]} end
end
function check.session(i)
    local held = call('HGET', key('s', A[i + 1], A[i + 2]), 'v')
    if tonumber(held or 0) ~= tonumber(A[i + 3]) then return {'stale', 'session'} end
end
at = 3
while at <= last do
    local name = A[at]
    local place = REFERENCE[name]
    if place and not reference_ok(A[at + place]) then return {'bad', name .. ' names no event'} end
    local f = check[name]
    local refusal = f and f(at)
    if refusal then return refusal end
    at = at + ARITY[name] + 1
end

-- Writes. Where a turn often has several of a kind, they go in one call at the end.
local numbers = {}
if made > 0 then
    local highest = call('HINCRBY', key('n'), 'event', made)
    for k = 1, made do numbers[k] = tostring(highest - made + k) end
end
local function resolve(text)
    if text == '#1' then return numbers[1] end
    if not text:find('#', 1, true) then return text end
    return (text:gsub('#(%d)', function(k) return numbers[tonumber(k)] end))
end
local function fill(value)
    if not value:find('"#', 1, true) then return value end
    return (value:gsub('"#(%d)"', function(k) return numbers[tonumber(k)] end))
end
local function timer_id(i)
    return A[i + 1] == '' and A[i + 2] or 'e' .. resolve(A[i + 1]) .. ':' .. A[i + 2]
end

local timers, timer_rows, steps, queues = {}, {}, {}, {}
local function append(list, a, b)
    local n = #list
    list[n + 1], list[n + 2] = a, b
end

local write, next_made = {}, 0
function write.seen(i)
    local k = key('seen', A[i + 1], A[i + 2])
    call('HSET', k, A[i + 3], table.concat(numbers, ','))
    if keep_days > 0 then call('PEXPIRE', k, 6 * DAY) end
end
function write.due(i)
    call('ZREM', key('timers'), A[i + 1])
    call('HDEL', key('timer'), A[i + 1])
end
function write.make(i)
    next_made = next_made + 1
    call('HSET', key('e', numbers[next_made]), 'v', '1', 'b', A[i + 1], 'x', A[i + 2], 'p', A[i + 3])
end
function write.put(i)
    local k = key('e', A[i + 1])
    call('HSET', k, 'v', A[i + 2], 'b', A[i + 3])
    if A[i + 4] ~= '' then call('HSET', k, 'x', A[i + 4]) end
    if A[i + 5] ~= '' then call('HSET', k, 'p', A[i + 5]) end
end
function write.step(i)
    local event = resolve(A[i + 1])
    local list = steps[event]
    if not list then
        list = {}
        steps[event] = list
    end
    list[#list + 1] = A[i + 2]
end
function write.open(i) call('ZADD', key('open'), A[i + 2], resolve(A[i + 1])) end
function write.old(i) call('ZADD', key('old'), A[i + 2], A[i + 1]) end
function write.unold(i) call('ZREM', key('old'), A[i + 1]) end
function write.shut(i) call('ZREM', key('open'), A[i + 1]) end
function write.at(i)
    local n = resolve(A[i + 1])
    call('ZADD', key('at', A[i + 2], A[i + 3]), n, n)
end
function write.unat(i) call('ZREM', key('at', A[i + 2], A[i + 3]), A[i + 1]) end
function write.mine(i)
    local n = resolve(A[i + 1])
    call('ZADD', key('m', A[i + 2]), n, n)
end
function write.unmine(i) call('ZREM', key('m', A[i + 2]), A[i + 1]) end
function write.session(i)
    call('HSET', key('s', A[i + 1], A[i + 2]), 'v', A[i + 3] + 1, 's', fill(A[i + 4]))
    call(A[i + 5] == '1' and 'SADD' or 'SREM', key('live', A[i + 1]), A[i + 2])
end
function write.drop(i) call('HDEL', key('s', A[i + 1], A[i + 2]), A[i + 3]) end
function write.add(i)
    local k, field = key('s', A[i + 1], A[i + 2]), A[i + 3]
    local is_question = field:sub(1, 4) == 'a:q:'
    if is_question and call('HLEN', k) > ADDED_MAX then -- nobody answers: an older question gives way
        for _, old in ipairs(call('HKEYS', k)) do
            if old:sub(1, 4) == 'a:q:' then
                call('HDEL', k, old)
                break
            end
        end
    end
    call('HSET', k, resolve(field), fill(A[i + 4]))
    if is_question then call('SADD', key('live', A[i + 1]), A[i + 2]) end
end
function write.timer(i)
    local id = timer_id(i)
    append(timers, A[i + 3], id)
    append(timer_rows, id, resolve(A[i + 1]) .. '|' .. A[i + 4])
end
function write.untimer(i)
    local id = timer_id(i)
    call('ZREM', key('timers'), id)
    call('HDEL', key('timer'), id)
end
function write.msg(i)
    local k, events = key('msg', A[i + 1], A[i + 2]), resolve(A[i + 3]) .. '|'
    if keep_days > 0 then
        call('SET', k, events, 'PX', keep_days * 2 * DAY)
    else
        call('SET', k, events)
    end
end
function write.out(i)
    local queue = queues[A[i + 1]]
    if not queue then
        queue = {ids = {}, rows = {}}
        queues[A[i + 1]] = queue
    end
    queue.ids[#queue.ids + 1] = A[i + 2]
    append(queue.rows, A[i + 2], resolve(A[i + 3]) .. '|' .. A[i + 4] .. '|' .. A[i + 5])
end
-- Every change of the roster takes a number, and commits must agree with the highest from then on.
local AUDIT_MAX = 20000
local function change_roster(number, audit)
    local change = call('HINCRBY', key('n'), 'row', 1)
    local held = call('GET', key('roster'))
    if held then call('SET', key('roster'), (held:match('^%S+ %S+') or held) .. ' ' .. change) end
    call('RPUSH', key('audit'), (number or change) .. '|' .. audit)
    call('LTRIM', key('audit'), -AUDIT_MAX, -1)
    return change
end
function write.row(i) call('HSET', key('rows'), change_roster(nil, A[i + 2]), A[i + 1]) end
function write.unrow(i)
    if call('HDEL', key('rows'), A[i + 1]) == 1 then change_roster(A[i + 1], A[i + 2]) end
end
function write.park(i) call('HSET', key('inputs'), A[i + 1], A[i + 2]) end
function write.person(i) call('HSET', key('people'), A[i + 1], A[i + 2]) end

at = 3
while at <= last do
    local f = write[A[at]]
    if f then f(at) end
    at = at + ARITY[A[at]] + 1
end
for event, list in pairs(steps) do call('RPUSH', key('t', event), unpack(list)) end
if #timers > 0 then
    call('ZADD', key('timers'), unpack(timers))
    call('HSET', key('timer'), unpack(timer_rows))
end
for account, queue in pairs(queues) do
    local order = call('HINCRBY', key('n'), 'out', #queue.ids) - #queue.ids
    local scores = {}
    for k, id in ipairs(queue.ids) do append(scores, order + k, id) end
    call('ZADD', key('outq', account), unpack(scores))
    call('HSET', key('out', account), unpack(queue.rows))
end
return {'ok', unpack(numbers)}
