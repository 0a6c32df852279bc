-- outbox_park.lua: an outgoing that can never be sent (or has expired) leaves the queue; a refused one is kept for the
-- operator, and its events' trails say so. ARGV: account, outgoing id, why, keep (0/1), events joined by commas, step,
-- then for each next way: account, outgoing id, row (without events).
local account, id, why, keep, events, step = unpack(ARGV, 1, 6)
local row = redis.call('HGET', key('out', account), id)
if not row then return 'gone' end
redis.call('HDEL', key('out', account), id, id .. '/')
redis.call('ZREM', key('outq', account), id)
if keep == '1' then
    redis.call('HSET', key('parked', account), id, why:gsub('|', '/') .. '|' .. row)
    for event in events:gmatch('%d+') do redis.call('RPUSH', key('t', event), step) end
end
for i = 7, #ARGV, 3 do
    redis.call('ZADD', key('outq', ARGV[i]), redis.call('HINCRBY', key('n'), 'out', 1), ARGV[i + 1])
    redis.call('HSET', key('out', ARGV[i]), ARGV[i + 1], events .. '|0|' .. ARGV[i + 2])
end
return 'ok'
