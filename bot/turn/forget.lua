-- forget.lua: text and pictures of a member's events, and what he noted in trails, are blanked. ARGV: member, from, to
-- (numbers), really (0: only counted), version of the stored data that the caller knows.
-- Answers {events, notes, highest number of all, pictures…}.
local member, from, to, really = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local version = redis.call('GET', key('schema'))
if version and tonumber(version) ~= tonumber(ARGV[5]) then
    return redis.error_reply('ERR the stored data are of another version: ' .. version)
end
local events, notes, photos = 0, 0, {}
local highest = tonumber(redis.call('HGET', key('n'), 'event') or 0)

local function is_his(body)
    local ok, event = pcall(cjson.decode, body)
    return ok and (event.reporter == member or event.via == member)
end
local function blank_notes(k)
    for i, text in ipairs(redis.call('LRANGE', k, 0, -1)) do
        local ok, step = pcall(cjson.decode, text)
        if ok and step.who == member and step.note then
            notes = notes + 1
            step.note = nil
            if really then redis.call('LSET', k, i - 1, cjson.encode(step)) end
        end
    end
end
for id = from, math.min(to, highest) do
    local f = redis.call('HMGET', key('e', id), 'b', 'x', 'p')
    if f[1] and is_his(f[1]) and (f[2] ~= '' or (f[3] or '') ~= '') then
        events = events + 1
        for photo in (f[3] or ''):gmatch('"([^"]+)"') do photos[#photos + 1] = photo end
        if really then
            redis.call('HSET', key('e', id), 'x', '', 'p', '')
            redis.call('HINCRBY', key('e', id), 'v', 1)
        end
    end
    if f[1] then blank_notes(key('t', id)) end
end
return {events, notes, highest, unpack(photos, 1, 4000)}
