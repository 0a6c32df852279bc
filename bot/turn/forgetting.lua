-- forgetting.lua: who is to be forgotten next. ARGV: member that is forgotten now ("" none). Answers {member or ""}.
if ARGV[1] ~= '' then redis.call('ZREM', key('forgetting'), ARGV[1]) end
return {redis.call('ZRANGE', key('forgetting'), 0, 0)[1] or ''}
