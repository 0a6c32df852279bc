-- leavers.lua: open events that are in the hands of somebody who is not there (any more) get a timer that is due at once;
-- whoever hears it decides (DESIGN §3.9). ARGV: now, rank of the first, at most, handler, ids of those who are there….
-- Answers {how many were looked at, how many have a timer}.
local now, from, most, handler = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local there, found = {}, 0
for i = 5, #ARGV do there[ARGV[i]] = true end
local function is_gone(id) return type(id) == 'string' and id:sub(1, 2) ~= 'r-' and not there[id] end
local ids = redis.call('ZRANGE', key('open'), from, from + most - 1)
for _, id in ipairs(ids) do
    local ok, event = pcall(cjson.decode, redis.call('HGET', key('e', id), 'b') or '')
    if ok and (is_gone(event.assignee) or is_gone(event.verifier)) then
        local timer = 'e' .. id .. ':gone'
        redis.call('ZADD', key('timers'), now, timer)
        redis.call('HSET', key('timer'), timer,
                   id .. '|' .. cjson.encode({h = handler, n = 'gone', g = event.group or 'work'}))
        found = found + 1
    end
end
return {#ids, found}
