-- commit.lua: turns, each with all its effects or none. First everything of a turn is checked, then everything is
-- written, since Redis does not roll a script back; then comes the next turn, whose checks see what the former wrote.
-- What is ready while the calls before are under way comes in one call: it shares one fsync, and what many turns add to
-- the same key is one write.
-- ARGV: now (ms), days that message ids are kept (0: for ever), then for each turn the number of arguments that follow,
-- the length of the largest and the operations, each its name and its arguments (ARITY). An event reference is a number,
-- or "#k" for the k-th event made in this turn; inside values the text "#k" in double quotes stands for that number. A
-- count as the last argument but for what it counts: so many more follow (LIST).
-- Answers one list a turn: {"ok", numbers of the events made…}, {"seen", outcome}, {"stale", what}, {"gone"}, {"fence"},
-- {"roster"}, {"bad", why}, {"failed", why} (Redis refused a write; what else the turn wants may be half written).
-- A report costs its redis.calls (12,000 instructions a read, 20,000 and more a write), the texts that Lua makes (about
-- 700 each) and the steps of its interpreter (50): tests/bench/README.md.
local ARITY = {
    -- checks
    seen = 4,     -- group, bucket, input id, whether the daemon knows that the bucket is there (0/1)
    fence = 2,    -- account, number
    roster = 1,   -- digest
    due = 2,      -- timer id, due: this turn is that timer's; it is removed
    version = 2,  -- event, version read
    top = 3,      -- building, category, highest number read
    fresh = 3,    -- group, member, count, building, category, unit, floor of each place ("" not told): there is nothing
                  -- of the member, and nothing that was told of these places is near
    code = 4,     -- hash of a one-time code, what was read of it ("" nothing), what it becomes, what the audit says
    session = 5,  -- group, member, version read, value, whether there is anything in it (0/1)
    -- writes
    make = 3,     -- body, text, photos
    put = 5,      -- event, new version, body, text, photos ("" for the last two: unchanged)
    step = 2,     -- event, count, steps
    open = 2,     -- event, opened at
    shut = 1,     -- event
    old = 2,      -- event, archived at
    unold = 1,    -- event
    was = 5,      -- event, building, category, unit and floor, reporter ("" none): archived, the last few of a place and
                  -- of a person are known
    at = 4,       -- event, building, category, "unit:floor" ("" where it is heard of whatever unit is told): told of
                  -- that place, and of the building
    unat = 4,
    mine = 2,     -- event, count, members
    unmine = 2,
    drop = 3,     -- group, member, field of the session that was merged into its value
    add = 4,      -- group, member, field, value
    timer = 4,    -- event or "", name, due, payload
    untimer = 2,  -- event or "", name
    msg = 3,      -- chat, platform message id, events joined by commas
    out = 5,      -- account, outgoing id, events joined by commas, acknowledges (0/1), row
    tries = 2,    -- member, his wrong codes ("" none)
    person = 2,   -- member, record
    forget = 2,   -- member, asked at: forgotten after this turn
    row = 2,      -- an amendment of the roster, what the audit says of it
    unrow = 2,    -- number of an amendment that is taken back, what the audit says
    note = 1,     -- what the audit says though nothing is changed
    park = 2,     -- input id, record: an input that cannot be decided, kept for the operator
}
-- Which argument must be a number, which holds event references, and which counts those that follow the others.
local NUMERIC = {fence = 2, due = 2, version = 2, session = 3, put = 2, open = 2, old = 2, timer = 3, unrow = 1}
local REFERENCE = {step = 1, open = 1, shut = 1, at = 1, unat = 1, mine = 1, unmine = 1, timer = 1, untimer = 1,
                   msg = 3, out = 3, put = 1}
local LIST = {fresh = 3, step = 2, mine = 2, unmine = 2}
local CHECK_ONLY = {fence = true, roster = true, version = true, top = true, fresh = true}
local VALUE_MAX = 16384
local ADDED_MAX = 32
local LOOKED_LAST = '15' -- of what was told of a place, as in context.lua
local WAS_MAX = 16
local AGO_MAX = 2
local DAY = 86400000

local A, call = ARGV, redis.call
local now, keep_days = tonumber(A[1]), tonumber(A[2])
if not now or not keep_days then return redis.error_reply('ERR now') end

-- What is only added to is gathered and written at the end, a call a key. Whoever reads such a key, or removes from it,
-- settles it first.
local OPEN, TIMERS, TIMER = key('open'), key('timers'), key('timer')
local GATHERED_MAX = 2000
local gathered = {}
local function settle(k)
    local list = gathered[k]
    if list then
        gathered[k] = nil
        call(list.command, k, unpack(list))
    end
end
local function gather(command, k, a, b)
    local list = gathered[k]
    if not list then
        gathered[k] = {a, b, command = command}
        return
    end
    local n = #list
    list[n + 1], list[n + 2] = a, b
    if n > GATHERED_MAX then settle(k) end
end

-- The counters are read once and written once.
local counters, made_before, queued_before
local function count()
    if counters then return end
    counters = call('HMGET', key('n'), 'event', 'out')
    made_before, queued_before = tonumber(counters[1] or 0), tonumber(counters[2] or 0)
end

local made, numbers, first, next_made -- of the turn; the first of its numbers

local function reference_ok(text)
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
local roster -- as read in this call; nil: to be read
function check.roster(i)
    if roster == nil then roster = call('GET', key('roster')) end
    local held = roster
    if held and held ~= A[i + 1] then return {'roster'} end
end
function check.due(i)
    settle(TIMERS)
    local due = call('ZSCORE', TIMERS, A[i + 1])
    if tonumber(due or -1) ~= tonumber(A[i + 2]) then return {'gone'} end
end
function check.version(i)
    local held = call('HGET', key('e', A[i + 1]), 'v')
    if (held or '0') ~= A[i + 2] then return {'stale', 'event ' .. A[i + 1]} end
end
function check.top(i)
    local held = call('ZREVRANGE', key('at', A[i + 1], A[i + 2]), '0', '0')[1]
    if (held and held:match('^%d+') or '0') ~= A[i + 3] then return {'stale', 'place ' .. A[i + 1] .. ' ' .. A[i + 2]} end
end
local function is_near(told, unit, floor) -- as context.lua has it
    for k = 1, #told do
        local u, f = told[k]:match('^%d+:?([^:]*):?(.*)$')
        if (u == unit or u == '' or unit == '') and (f == floor or f == '' or floor == '') then return true end
    end
end
function check.fresh(i)
    local his = {key('s', A[i + 1], A[i + 2]), key('m', A[i + 2]), key('ago', A[i + 2])}
    for k = 1, 3 do settle(his[k]) end
    if call('EXISTS', unpack(his)) > 0 then return {'stale', 'member ' .. A[i + 2]} end
    for k = i + 4, i + 3 + A[i + 3], 4 do
        local building, category = A[k], A[k + 1]
        if is_near(call('ZREVRANGE', key('at', building, category), '0', LOOKED_LAST), A[k + 2], A[k + 3]) or
           is_near(call('ZREVRANGE', key('was', building, category), '0', '-1'), A[k + 2], A[k + 3]) then
            return {'stale', 'place ' .. building .. ' ' .. category}
        end
    end
end
function check.session(i)
    local held = call('HGET', key('s', A[i + 1], A[i + 2]), 'v')
    if (held or '0') ~= A[i + 3] then return {'stale', 'session'} end
end
function check.code(i)
    if (call('GET', key('code', A[i + 1])) or '') ~= A[i + 2] then return {'stale', 'code'} end
end

-- Writes.
local function resolve(text)
    if text == '#1' then return first end
    if not text:find('#', 1, true) then return text end
    return (text:gsub('#(%d)', function(k) return numbers[tonumber(k)] end))
end
local function fill(value)
    if not value:find('"#', 1, true) then return value end
    if made == 1 then return (value:gsub('"#1"', first)) end
    return (value:gsub('"#(%d)"', function(k) return numbers[tonumber(k)] end))
end

local steps = {} -- of the turn
local write = {}
function write.seen(i)
    local k = key('seen', A[i + 1], A[i + 2])
    call('HSET', k, A[i + 3], table.concat(numbers, ','))
    if A[i + 4] == '0' and keep_days > 0 and call('HLEN', k) == 1 then call('PEXPIRE', k, 6 * DAY) end
end
function write.due(i)
    settle(TIMERS)
    settle(TIMER)
    call('ZREM', TIMERS, A[i + 1])
    call('HDEL', TIMER, A[i + 1])
end
function write.make(i)
    next_made = next_made + 1
    call('HSET', key('e', numbers[next_made]), 'v', '1', 'b', A[i + 1], 'x', A[i + 2], 'p', A[i + 3])
end
function write.step(i)
    local event, n = resolve(A[i + 1]), A[i + 2]
    local list = steps[event]
    if list then
        for k = 1, n do list[#list + 1] = A[i + 2 + k] end
    elseif n + 0 > 0 then
        steps[event] = {unpack(A, i + 3, i + 2 + n)}
    end
end
function write.open(i) gather('ZADD', OPEN, A[i + 2], resolve(A[i + 1])) end
function write.at(i)
    local n, where = resolve(A[i + 1]), A[i + 4]
    call('ZADD', key('at', A[i + 2], A[i + 3]), n, where == '' and n or n .. ':' .. where)
    call('ZADD', key('at', A[i + 2], '*'), n, n)
end
function write.mine(i)
    local n = resolve(A[i + 1])
    for k = i + 3, i + 2 + A[i + 2] do gather('ZADD', key('m', A[k]), n, n) end
end
local function drop_fields(i, ...) -- of a session; without any it is none
    local k = key('s', A[i + 1], A[i + 2])
    settle(k)
    call('HDEL', k, ...)
    if call('EXISTS', k) == 0 then
        settle(key('live', A[i + 1]))
        call('SREM', key('live', A[i + 1]), A[i + 2])
    end
end
function write.session(i)
    local k = key('s', A[i + 1], A[i + 2])
    if A[i + 5] == '1' then
        local version = A[i + 3]
        call('HSET', k, 'v', version == '0' and '1' or version + 1, 's', fill(A[i + 4]))
        if version == '0' then gather('SADD', key('live', A[i + 1]), A[i + 2]) end
    else
        drop_fields(i, 'v', 's')
    end
end
function write.add(i)
    local k, field = key('s', A[i + 1], A[i + 2]), A[i + 3]
    gather('SADD', key('live', A[i + 1]), A[i + 2])
    if field:sub(1, 4) ~= 'a:q:' then
        gather('HSET', k, field, fill(A[i + 4]))
        return
    end
    if call('HLEN', k) > ADDED_MAX then -- nobody answers: an older question gives way
        for _, old in ipairs(call('HKEYS', k)) do
            if old:sub(1, 4) == 'a:q:' then
                call('HDEL', k, old)
                break
            end
        end
    end
    call('HSET', k, resolve(field), fill(A[i + 4]))
end
local function timer_id(event, name) return event == '' and name or 'e' .. event .. ':' .. name end
function write.timer(i)
    local event = resolve(A[i + 1])
    local id = timer_id(event, A[i + 2])
    gather('ZADD', TIMERS, A[i + 3], id)
    gather('HSET', TIMER, id, event .. '|' .. A[i + 4])
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
    count()
    queued_before = queued_before + 1
    gather('ZADD', key('outq', A[i + 1]), queued_before, A[i + 2])
    gather('HSET', key('out', A[i + 1]), A[i + 2], resolve(A[i + 3]) .. '|' .. A[i + 4] .. '|' .. A[i + 5])
end
function write.person(i) gather('HSET', key('people'), A[i + 1], A[i + 2]) end

-- What a plain report does not need is made when it comes: each closure is made anew at each call of the script.
local function more()
    function write.put(i)
        local k = key('e', A[i + 1])
        call('HSET', k, 'v', A[i + 2], 'b', A[i + 3])
        if A[i + 4] ~= '' then call('HSET', k, 'x', A[i + 4]) end
        if A[i + 5] ~= '' then call('HSET', k, 'p', A[i + 5]) end
    end
    function write.old(i) call('ZADD', key('old'), A[i + 2], A[i + 1]) end
    function write.unold(i) call('ZREM', key('old'), A[i + 1]) end
    function write.unat(i)
        local n = A[i + 1]
        call('ZREM', key('at', A[i + 2], A[i + 3]), n, n .. ':' .. A[i + 4])
        call('ZREM', key('at', A[i + 2], '*'), n)
    end
    function write.was(i)
        local k, n = key('was', A[i + 2], A[i + 3]), A[i + 1]
        call('ZADD', k, n, A[i + 4] == '' and n or n .. ':' .. A[i + 4])
        call('ZREMRANGEBYRANK', k, 0, -WAS_MAX - 1)
        if keep_days > 0 then call('PEXPIRE', k, 90 * DAY) end
        if A[i + 5] == '' then return end
        k = key('ago', A[i + 5])
        call('ZADD', k, n, n)
        call('ZREMRANGEBYRANK', k, 0, -AGO_MAX - 1)
        if keep_days > 0 then call('PEXPIRE', k, 90 * DAY) end
    end
    function write.unmine(i)
        for k = i + 3, i + 2 + A[i + 2] do
            settle(key('m', A[k]))
            call('ZREM', key('m', A[k]), A[i + 1])
        end
    end
    function write.drop(i) drop_fields(i, A[i + 3]) end
    function write.shut(i)
        settle(OPEN)
        call('ZREM', OPEN, A[i + 1])
    end
    function write.untimer(i)
        local id = timer_id(resolve(A[i + 1]), A[i + 2])
        settle(TIMERS)
        settle(TIMER)
        call('ZREM', TIMERS, id)
        call('HDEL', TIMER, id)
    end
    -- Every change of the roster takes a number, and commits must agree with the highest from then on.
    local AUDIT_MAX = 20000
    local function note(number, audit)
        call('RPUSH', key('audit'), number .. '|' .. audit)
        call('LTRIM', key('audit'), -AUDIT_MAX, -1)
    end
    local function change_roster(number, audit)
        local change = call('HINCRBY', key('n'), 'row', 1)
        local held = call('GET', key('roster'))
        roster = nil
        if held then call('SET', key('roster'), (held:match('^%S+ %S+') or held) .. ' ' .. change) end
        note(number or change, audit)
        return change
    end
    local function keep(k, value, days)
        if value == '' then
            call('DEL', k)
        elseif keep_days > 0 then
            call('SET', k, value, 'PX', days * DAY)
        else
            call('SET', k, value)
        end
    end
    function write.code(i)
        keep(key('code', A[i + 1]), A[i + 3], 6)
        note(0, A[i + 4])
    end
    function write.tries(i) keep(key('tries', A[i + 1]), A[i + 2], 1) end
    function write.row(i) call('HSET', key('rows'), change_roster(nil, A[i + 2]), A[i + 1]) end
    function write.unrow(i)
        if call('HDEL', key('rows'), A[i + 1]) == 1 then change_roster(A[i + 1], A[i + 2]) end
    end
    function write.note(i) note(0, A[i + 1]) end
    function write.park(i) call('HSET', key('inputs'), A[i + 1], A[i + 2]) end
    function write.forget(i) call('ZADD', key('forgetting'), A[i + 2], A[i + 1]) end
end

local write_count, writes, places = 0, {}, {} -- of the turn: what is to be written, and its place

-- Form: known operations with all their arguments, numbers where numbers belong, events that are made in this turn; and
-- what each checks. Answers why the turn is refused.
local function refusal(from, last)
    local at = from
    while at <= last do
        local name = A[at]
        local arity = ARITY[name]
        if LIST[name] then
            local count = tonumber(A[at + arity])
            arity = count and count >= 0 and arity + count
        end
        if not arity or at + arity > last then return {'bad', 'operation ' .. name} end
        local place = NUMERIC[name]
        if place and not tonumber(A[at + place]) then return {'bad', name .. ' wants a number'} end
        if name == 'make' then made = made + 1 end
        place = REFERENCE[name]
        if place and not (A[at + place] == '#1' and made > 0 or reference_ok(A[at + place])) then
            return {'bad', name .. ' names no event'}
        end
        local f = check[name]
        local refused = f and f(at)
        if refused then return refused end
        f = write[name]
        if not f and not CHECK_ONLY[name] then
            more()
            f = write[name]
        end
        if f then
            write_count = write_count + 1
            writes[write_count], places[write_count] = f, at
        end
        at = at + arity + 1
    end
end

local function write_all()
    if made > 0 then
        count()
        for k = 1, made do numbers[k] = tostring(made_before + k) end
        first = numbers[1]
        made_before = made_before + made
    end
    for k = 1, write_count do writes[k](places[k]) end
    for event, list in pairs(steps) do call('RPUSH', key('t', event), unpack(list)) end
end

local function turn(from, last)
    made, numbers, first, next_made, steps, write_count = 0, {}, nil, 0, {}, 0
    local refused = refusal(from, last)
    if refused then return refused end
    local is_ok, failure = pcall(write_all)
    if is_ok then return {'ok', unpack(numbers)} end
    local text = tostring(type(failure) == 'table' and failure.err or failure)
    return {'failed', text:match('^%u+ ') and text or 'ERR ' .. text}
end

local answers = {}
local at = 3
while at <= #A do
    local length, largest = tonumber(A[at]), tonumber(A[at + 1])
    if not length or not largest or at + 1 + length > #A then return redis.error_reply('ERR turn') end
    answers[#answers + 1] = largest > VALUE_MAX and {'bad', 'too large'} or turn(at + 2, at + 1 + length)
    at = at + length + 2
end
if counters then call('HSET', key('n'), 'event', made_before, 'out', queued_before) end
local failed
for k, list in pairs(gathered) do -- one that fails keeps no other turn's from its place
    local is_ok, failure = pcall(call, list.command, k, unpack(list))
    if not is_ok then failed = failure end
end
return failed or answers
