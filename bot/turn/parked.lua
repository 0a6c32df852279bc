-- parked.lua: what was put aside, for the operator. ARGV: now, what to do, id, accounts…
--   list     answers {kind, account, id, text, …}: kind "input" or "message" (outgoing; text is why|events|ack|row) or
--            "again" (an input whose next try has not come to its end)
--   retry    lets it be tried again: answers 1, or 0 when there is none of that id
--   drop     removes it: likewise
--   again    answers {id, record, …}: the inputs that are to be decided again
--   done     an input has been decided again: its record goes
-- A message goes back into its queue, a timer among the timers; an input waits in `again` for the daemon, which looks
-- when the counter `retry` has moved. No expiry stops what an operator has asked for.
local now, what, id = ARGV[1], ARGV[2], ARGV[3]
local call = redis.call

local function list()
    local answer = {}
    local function add(kind, account, rows)
        for i = 1, #rows, 2 do
            for _, text in ipairs({kind, account, rows[i], rows[i + 1]}) do answer[#answer + 1] = text end
        end
    end
    add('input', '', call('HGETALL', key('inputs')))
    add('again', '', call('HGETALL', key('again')))
    for i = 4, #ARGV do add('message', ARGV[i], call('HGETALL', key('parked', ARGV[i]))) end
    return answer
end

local function retry_input(record)
    local timer = record:match('"timer":"(e?%d*:?[^"]*)"') and cjson.decode(record)
    if timer and timer.payload then
        call('ZADD', key('timers'), now, timer.timer)
        call('HSET', key('timer'), timer.timer, (timer.timer:match('^e(%d+):') or '') .. '|' .. timer.payload)
    else
        call('HSET', key('again'), id, record)
    end
end

local function take(retry)
    local record = call('HGET', key('inputs'), id)
    if record then
        if retry then retry_input(record) end
        call('HDEL', key('inputs'), id)
        return 1
    end
    for i = 4, #ARGV do
        local row = call('HGET', key('parked', ARGV[i]), id)
        local rest = row and row:match('^.-|([%d,]*|[01]|{.*)$')
        if row and retry and rest then
            call('HSET', key('out', ARGV[i]), id, (rest:gsub('"x":%d+', '"x":0')))
            call('ZADD', key('outq', ARGV[i]), call('HINCRBY', key('n'), 'out', 1) - 1, id)
        end
        if row then
            call('HDEL', key('parked', ARGV[i]), id)
            return 1
        end
    end
    return retry and 0 or call('HDEL', key('again'), id)
end

if what == 'list' then return list() end
if what == 'again' then return call('HGETALL', key('again')) end
if what == 'done' then return call('HDEL', key('again'), id) end
local found = take(what == 'retry')
if found == 1 and what == 'retry' then call('HINCRBY', key('n'), 'retry', 1) end
return found
