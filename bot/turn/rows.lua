-- rows.lua: the amendments of the roster, when they have changed. ARGV: number of the last change that is known.
-- Answers {"ok", number of the last change} or, when it is another, {"ok", number, {number and record of each…}}.
local change = redis.call('HGET', key('n'), 'row') or '0'
if change == ARGV[1] then return {'ok', change} end
return {'ok', change, redis.call('HGETALL', key('rows'))}
