-- audit.lua: who changed what of the roster, oldest first. Answers {"ok", "<number of the amendment>|<JSON>"…}, the
-- newest 5,000.
local lines = redis.call('LRANGE', key('audit'), -5000, -1)
table.insert(lines, 1, 'ok')
return lines
