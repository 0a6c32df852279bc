-- roster.lua: what every commit must agree with: the version of the stored data, the roster's files, and the number of
-- the last change at run time. ARGV: digest of the files, version that this release writes. A release reads its own
-- version and the former one; anything else is left alone, and the answer is the version that was found.
-- Answers {"ok", number of the last change, {number and record of each amendment…}}.
local digest, mine = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', key('schema')) or ARGV[2]
local version = tonumber(held)
if not version or version > mine or version < mine - 1 then return {held} end
local change = redis.call('HGET', key('n'), 'row') or '0'
redis.call('SET', key('schema'), ARGV[2])
redis.call('SET', key('roster'), ARGV[2] .. ' ' .. digest .. ' ' .. change)
return {'ok', change, redis.call('HGETALL', key('rows'))}
