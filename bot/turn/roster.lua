-- roster.lua: the roster that commits must agree with. ARGV: its digest.
redis.call('SET', key('roster'), ARGV[1])
redis.call('SETNX', key('schema'), '1')
return 'ok'
