-- health.lua: what an operator should know of a community. ARGV: timers due before this are overdue, accounts…
-- Answers {open events, archived ones, timers, overdue ones, parked inputs, parked outgoing, tries asked for}.
local unsent = 0
for i = 2, #ARGV do unsent = unsent + redis.call('HLEN', key('parked', ARGV[i])) end
return {redis.call('ZCARD', key('open')), redis.call('ZCARD', key('old')), redis.call('ZCARD', key('timers')),
        redis.call('ZCOUNT', key('timers'), '-inf', ARGV[1]), redis.call('HLEN', key('inputs')), unsent,
        tonumber(redis.call('HGET', key('n'), 'retry') or 0)}
