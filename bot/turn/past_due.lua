-- past_due.lua: archived events that leave Redis now, oldest first, and members forgotten meanwhile. ARGV: archived until,
-- at most, forgotten since. Answers {{members…}, id, v, b, x, p, a, trail, …}.
local answer = {redis.call('ZRANGEBYSCORE', key('forgot'), '(' .. ARGV[3], '+inf')}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('old'), '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
    local f = redis.call('HMGET', key('e', id), 'v', 'b', 'x', 'p', 'a')
    if f[1] then
        answer[#answer + 1] = id
        for i = 1, 5 do answer[#answer + 1] = f[i] or '' end
        answer[#answer + 1] = redis.call('LRANGE', key('t', id), 0, 199)
    else
        redis.call('ZREM', key('old'), id)
    end
end
return answer
