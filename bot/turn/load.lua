-- load.lua: what a starting daemon keeps in memory of one group: who has something open there, and the sessions.
-- ARGV: group, member ("" all). Answers {member, session fields, …}.
local group, only = ARGV[1], ARGV[2]
local answer = {}
local members = only == '' and redis.call('SMEMBERS', key('live', group)) or {only}
for _, member in ipairs(members) do
    answer[#answer + 1] = member
    answer[#answer + 1] = redis.call('HGETALL', key('s', group, member))
end
return answer
