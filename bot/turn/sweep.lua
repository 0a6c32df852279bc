-- sweep.lua: who has nothing open in a group any more is forgotten there. ARGV: group, now. A session goes when its
-- questions, halves and times are over and the event that was last pinged is not open. Answers the members.
local group, now = ARGV[1], tonumber(ARGV[2])
local call, answer = redis.call, {}
local DAY = 86400000

local function is_over(value)
    local ok, s = pcall(cjson.decode, value:match('^[^|]*|(.*)$') or '')
    if not ok then return false end
    for _, question in ipairs(s.questions or {}) do
        if (question.expires or 0) > now then return false end
    end
    if (s.half_until or 0) > now or (s.report_until or 0) > now then return false end
    if (s.helped or 0) > now - DAY or (s.repeats_from or 0) > now - DAY then return false end
    return not s.ping or not call('ZSCORE', key('open'), s.ping)
end

for _, member in ipairs(call('SMEMBERS', key('live', group))) do
    local k, over = key('s', group, member), true
    local fields = call('HGETALL', k)
    for i = 1, #fields, 2 do
        if fields[i] ~= 'v' and not is_over(fields[i + 1]) then over = false end
    end
    if over then
        call('DEL', k)
        call('SREM', key('live', group), member)
        answer[#answer + 1] = member
    end
end
return answer
