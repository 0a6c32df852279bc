-- outbox_load.lua: the rows that wait for an account, in order. ARGV: account, place to go on behind (0: the first), at
-- most. Answers {place of the last one looked at ("": that was all), id, row, parts that are out, …}. A place, not an
-- offset: rows that leave meanwhile hide none of those behind them.
local account, after, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local waiting = redis.call('ZRANGEBYSCORE', key('outq', account), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
local answer = {#waiting == 2 * most and waiting[#waiting] or ''}
for i = 1, #waiting, 2 do
    local id = waiting[i]
    local row = redis.call('HGET', key('out', account), id)
    if row then
        answer[#answer + 1] = id
        answer[#answer + 1] = row
        answer[#answer + 1] = redis.call('HGET', key('out', account), id .. '/') or '0'
    end
end
return answer
