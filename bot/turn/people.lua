-- people.lua: records of people found in chats. ARGV: member ids. Answers their records ("" for none).
local answer = redis.call('HMGET', key('people'), unpack(ARGV))
for i = 1, #ARGV do answer[i] = answer[i] or '' end
return answer
