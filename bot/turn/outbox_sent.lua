-- outbox_sent.lua: outgoings, or parts of them, have reached the platform. ARGV: now, days that message ids are kept (0:
-- for ever), account, fence, then eight for each: outgoing id, last (0/1), parts out, chat, platform message id (""
-- unknown), events joined by commas, acknowledges (0/1), member whose question it put ("" none).
-- In one step: the row goes, the message id leads to the events, the events count as acknowledged. Done twice is done
-- once.
local A, call = ARGV, redis.call
local now, keep, account, fence = A[1], tonumber(A[2]) * 2 * 86400000, A[3], A[4]
local held = call('GET', key('fence', account))
if held and tonumber(held) > tonumber(fence) then return 'fence' end

local rows, gone = key('out', account), {}
for i = 5, #A, 8 do
    local id, last, message, events, owner = A[i], A[i + 1] == '1', A[i + 4], A[i + 5], A[i + 7]
    local is_there
    if last then
        is_there = call('HDEL', rows, id, id .. '/') > 0
        gone[#gone + 1] = id
    else
        is_there = call('HEXISTS', rows, id) == 1
        if is_there then call('HSET', rows, id .. '/', A[i + 2]) end
    end
    if is_there and message ~= '' and (events ~= '' or owner ~= '') then
        local k = key('msg', A[i + 3], message)
        if keep > 0 then
            call('SET', k, events .. '|' .. owner, 'PX', keep)
        else
            call('SET', k, events .. '|' .. owner)
        end
    end
    if is_there and last and A[i + 6] == '1' then
        for event in events:gmatch('%d+') do call('HSETNX', key('e', event), 'a', now) end
    end
end
if #gone > 0 then call('ZREM', key('outq', account), unpack(gone)) end
return 'ok'
