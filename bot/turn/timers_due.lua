-- timers_due.lua: the timers that are due. ARGV: now, at most. Nothing is claimed: a timer goes when its turn commits.
-- Answers {id, due, payload, …, next due after these or ""}.
local now, most = ARGV[1], tonumber(ARGV[2])
local due = redis.call('ZRANGEBYSCORE', key('timers'), '-inf', now, 'WITHSCORES', 'LIMIT', 0, most)
local answer = {}
for i = 1, #due, 2 do
    answer[#answer + 1] = due[i]
    answer[#answer + 1] = due[i + 1]
    answer[#answer + 1] = redis.call('HGET', key('timer'), due[i]) or '|{}'
end
local later = redis.call('ZRANGEBYSCORE', key('timers'), '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
answer[#answer + 1] = later[2] or ''
return answer
