-- marks.lua: low-water marks of an account, {a:<account>}. ARGV: none: answers {group, time, …}; group, time, …: sets.
if #ARGV > 0 then
    redis.call('HSET', key('mark'), unpack(ARGV))
    return 'ok'
end
return redis.call('HGETALL', key('mark'))
