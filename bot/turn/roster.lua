-- roster.lua: what every commit must agree with: the version of the stored data and the roster. ARGV: digest of the
-- roster, version that this release writes. A release reads its own version and the former one; anything else is left
-- alone, and the answer is the version that was found.
local digest, mine = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', key('schema')) or ARGV[2]
local version = tonumber(held)
if not version or version > mine or version < mine - 1 then return {held} end
redis.call('SET', key('schema'), ARGV[2])
redis.call('SET', key('roster'), ARGV[2] .. ' ' .. digest)
return 'ok'
