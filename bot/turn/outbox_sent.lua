-- outbox_sent.lua: an outgoing, or a part of it, has reached the platform. ARGV: now, days that message ids are kept
-- (0: for ever), account, fence, outgoing id, last (0/1), parts out, chat, platform message id ("" unknown),
-- events joined by commas, acknowledges (0/1), member whose question it put ("" none).
-- In one step: the row goes, the message id leads to the events, the events count as acknowledged. Done twice is done
-- once.
local now, keep, account, fence, id, last, parts, group, message, events, acknowledges, owner = unpack(ARGV, 1, 12)
local held = redis.call('GET', key('fence', account))
if held and tonumber(held) > tonumber(fence) then return 'fence' end
if redis.call('HEXISTS', key('out', account), id) == 0 then return 'gone' end
if message ~= '' and (events ~= '' or owner ~= '') then
    local k = key('msg', group, message)
    redis.call('SET', k, events .. '|' .. owner)
    if tonumber(keep) > 0 then redis.call('PEXPIRE', k, tonumber(keep) * 2 * 86400000) end
end
if last == '0' then
    redis.call('HSET', key('out', account), id .. '/', parts)
    return 'part'
end
redis.call('HDEL', key('out', account), id, id .. '/')
redis.call('ZREM', key('outq', account), id)
if acknowledges == '1' then
    for event in events:gmatch('%d+') do redis.call('HSETNX', key('e', event), 'a', now) end
end
return 'ok'
