-- forget_member.lua: a member's record, his open conversations, and what was put aside of his words. ARGV: member, really
-- (0: only counted), now, version, count of groups, groups…, count of accounts, accounts…, his user ids on platforms…
-- Answers {record (0/1), conversations, put aside, rows that he has in the roster since it was loaded}.
local member, really, now = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3])
local version = redis.call('GET', key('schema'))
if version and tonumber(version) ~= tonumber(ARGV[4]) then
    return redis.error_reply('ERR the stored data are of another version: ' .. version)
end
local at = 5
local function list()
    local items = {}
    for i = at + 1, at + tonumber(ARGV[at]) do items[#items + 1] = ARGV[i] end
    at = at + #items + 1
    return items
end
local groups, accounts, users, his, aside, sessions = list(), list(), {}, {}, 0, 0
for i = at, #ARGV do users[ARGV[i]] = true end
local record = redis.call('HGET', key('people'), member)
if record then
    local ok, person = pcall(cjson.decode, record)
    if ok and person.user then users[person.user] = true end
end
for _, id in ipairs(redis.call('ZRANGE', key('m', member), 0, -1)) do his[id] = true end

for _, group in ipairs(groups) do
    sessions = sessions + redis.call('EXISTS', key('s', group, member))
    if really then
        redis.call('DEL', key('s', group, member))
        redis.call('SREM', key('live', group), member)
    end
end
local function put_aside(k, is_his)
    local all = redis.call('HGETALL', k)
    for i = 1, #all, 2 do
        if is_his(all[i + 1]) then
            aside = aside + 1
            if really then redis.call('HDEL', k, all[i]) end
        end
    end
end
local function his_input(text)
    local ok, input = pcall(cjson.decode, text)
    return ok and input.user and users[input.user]
end
put_aside(key('inputs'), his_input)
put_aside(key('again'), his_input)
for _, account in ipairs(accounts) do
    put_aside(key('parked', account), function(row)
        for id in (row:match('|([%d,]*)|[01]|') or ''):gmatch('%d+') do
            if his[id] then return true end
        end
        return row:find('"' .. member .. '"', 1, true) ~= nil
    end)
end
local rows, all = {}, redis.call('HGETALL', key('rows'))
for i = 1, #all, 2 do
    local ok, row = pcall(cjson.decode, all[i + 1])
    if ok and row.id == member then rows[#rows + 1] = all[i] end
end
if really and #rows > 0 then -- commits must agree with the change, see commit.lua
    for _, number in ipairs(rows) do redis.call('HDEL', key('rows'), number) end
    local change, held = redis.call('HINCRBY', key('n'), 'row', 1), redis.call('GET', key('roster'))
    if held then redis.call('SET', key('roster'), (held:match('^%S+ %S+') or held) .. ' ' .. change) end
end
if really then
    redis.call('DEL', key('tries', member), key('ago', member))
    redis.call('HDEL', key('people'), member)
    redis.call('ZREMRANGEBYSCORE', key('forgot'), '-inf', now - 7 * 86400000)
    redis.call('ZADD', key('forgot'), now, member)
end
return {record and 1 or 0, sessions, aside, #rows}
