-- held.lua: how many open events are in people's hands (assignee or verifier). ARGV: rank of the first, at most, ids….
-- Answers {how many were looked at, a number for each id}.
local from, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = {}
for i = 3, #ARGV do held[ARGV[i]] = 0 end
local ids = redis.call('ZRANGE', key('open'), from, from + most - 1)
for _, id in ipairs(ids) do
    local ok, event = pcall(cjson.decode, redis.call('HGET', key('e', id), 'b') or '')
    local a, v = ok and event.assignee, ok and event.verifier
    if held[a or ''] then held[a] = held[a] + 1 end
    if v ~= a and held[v or ''] then held[v] = held[v] + 1 end
end
local answer = {#ids}
for i = 3, #ARGV do answer[i - 1] = held[ARGV[i]] end
return answer
