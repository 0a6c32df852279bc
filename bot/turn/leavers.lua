-- leavers.lua: open events that are in the hands of somebody who is not there (any more) get a timer that is due at once;
-- so do those that came to a deputy who has not taken them, when the one who was on leave is there again (d: his id);
-- whoever hears it decides (DESIGN §3.9). ARGV: now, rank of the first, at most, handler, ids of those who are there….
-- Answers {how many were looked at, how many have a timer}.
local now, from, most, handler = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local STEPS = 20 -- of a trail that are looked at
local there, found = {}, 0
for i = 5, #ARGV do there[ARGV[i]] = true end
local function is_gone(id) return type(id) == 'string' and not there[id] end
-- A reporter of no roster who was asked is where he was.
local function was_found(id, event) return type(id) == 'string' and id:sub(1, 2) == 'r-' and id == event.reporter end
-- Who had it before he was on leave, and is back.
local function lender(id, event)
    if event.state ~= 'dispatched' or not event.assignee then return nil end
    local steps = redis.call('LRANGE', key('t', id), -STEPS, -1)
    for i = #steps, 1, -1 do
        local ok, step = pcall(cjson.decode, steps[i])
        local who, to = ((ok and step.what == 'handed over' and step.note) or ''):match('^(%S+) to (%S+), on leave$')
        if who then return to == event.assignee and there[who] and who or nil end
    end
end
local ids = redis.call('ZRANGE', key('open'), from, from + most - 1)
for _, id in ipairs(ids) do
    local ok, event = pcall(cjson.decode, redis.call('HGET', key('e', id), 'b') or '')
    local back = ok and lender(id, event) or nil
    if ok and (back or is_gone(event.assignee) or
               is_gone(event.verifier) and not was_found(event.verifier, event)) then
        local timer = 'e' .. id .. ':gone'
        redis.call('ZADD', key('timers'), now, timer)
        redis.call('HSET', key('timer'), timer,
                   id .. '|' .. cjson.encode({h = handler, n = 'gone', g = event.group or 'work', d = back}))
        found = found + 1
    end
end
return {#ids, found}
