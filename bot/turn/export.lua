-- export.lua: a stretch of events, as they are stored. ARGV: from, to (numbers). Answers {highest number of all, events…};
-- an event is {id, v, b, x, p, a, trail}, or {id, figures} when it is in the archive's files.
local highest = tonumber(redis.call('HGET', key('n'), 'event') or 0)
local answer = {tostring(highest)}
for id = tonumber(ARGV[1]), math.min(tonumber(ARGV[2]), highest) do
    local f = redis.call('HMGET', key('e', id), 'v', 'b', 'x', 'p', 'a')
    if f[1] then
        answer[#answer + 1] = {tostring(id), f[1], f[2] or '', f[3] or '', f[4] or '', f[5] or '',
                               redis.call('LRANGE', key('t', id), 0, 199)}
    else
        local figures = redis.call('HGET', key('past', math.floor(id / 128)), id)
        if figures then answer[#answer + 1] = {tostring(id), figures} end
    end
end
return answer
