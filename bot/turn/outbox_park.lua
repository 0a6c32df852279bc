-- outbox_park.lua: an outgoing that can never be sent (or has expired) leaves the queue; a refused one is kept for the
-- operator, and its events' trails say so. ARGV: account, outgoing id, why, keep (0/1), events joined by commas, step.
local account, id, why, keep, events, step = unpack(ARGV, 1, 6)
local row = redis.call('HGET', key('out', account), id)
if not row then return 'gone' end
redis.call('HDEL', key('out', account), id, id .. '/')
redis.call('ZREM', key('outq', account), id)
if keep == '1' then
    redis.call('HSET', key('parked', account), id, why:gsub('|', '/') .. '|' .. row)
    for event in events:gmatch('%d+') do redis.call('RPUSH', key('t', event), step) end
end
return 'ok'
