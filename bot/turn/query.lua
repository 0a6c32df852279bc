-- query.lua: events for people who look. ARGV: "one" and an id, or "open"/"all", group ("" any) is filtered by the
-- caller, at most, below (an id, "" from the newest). Answers {id, v, b, x, p, a, trail, …} newest first; for one event
-- then the people found in chats who are named in it: {member, record, …}; {id, figures} of one that is in the archive's
-- files.
local what, arg, below = ARGV[1], ARGV[2], ARGV[3]
local answer = {}
local function add(id)
    local f = redis.call('HMGET', key('e', id), 'v', 'b', 'x', 'p', 'a')
    if not f[1] then return end
    answer[#answer + 1] = tostring(id)
    for i = 1, 5 do answer[#answer + 1] = f[i] or '' end
    answer[#answer + 1] = redis.call('LRANGE', key('t', id), 0, 199)
end
local function found_people()
    local ids, seen = {}, {}
    for _, text in ipairs({answer[3], unpack(answer[7])}) do
        for id in text:gmatch('"(r%-%x+)"') do
            if not seen[id] then ids[#ids + 1] = id end
            seen[id] = true
        end
    end
    local people = {}
    for i, record in ipairs(#ids > 0 and redis.call('HMGET', key('people'), unpack(ids)) or {}) do
        if record then
            people[#people + 1] = ids[i]
            people[#people + 1] = record
        end
    end
    return people
end
if what == 'one' then
    add(arg)
    if #answer > 0 then
        answer[#answer + 1] = found_people()
    else
        local figures = redis.call('HGET', key('past', math.floor(tonumber(arg) / 128)), arg)
        if figures then answer = {arg, figures} end
    end
elseif what == 'open' then
    local ids = redis.call('ZREVRANGE', key('open'), 0, -1)
    table.sort(ids, function(a, b) return tonumber(a) > tonumber(b) end)
    for i = 1, math.min(#ids, tonumber(arg)) do add(ids[i]) end
else
    local last = below ~= '' and tonumber(below) - 1 or tonumber(redis.call('HGET', key('n'), 'event') or 0)
    for id = last, math.max(1, last - tonumber(arg) + 1), -1 do add(id) end
end
return answer
