-- outbox_load.lua: the rows that wait for an account, in order. ARGV: account, offset, at most.
-- Answers {id, row, parts that are out, …}.
local account, from, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {}
for _, id in ipairs(redis.call('ZRANGE', key('outq', account), from, from + most - 1)) do
    local row = redis.call('HGET', key('out', account), id)
    if row then
        answer[#answer + 1] = id
        answer[#answer + 1] = row
        answer[#answer + 1] = redis.call('HGET', key('out', account), id .. '/') or '0'
    end
end
return answer
