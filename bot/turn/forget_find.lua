-- forget_find.lua: found people of a name. ARGV: the name. Answers their ids.
local ids, all = {}, redis.call('HGETALL', key('people'))
for i = 1, #all, 2 do
    local ok, person = pcall(cjson.decode, all[i + 1])
    if ok and person.name == ARGV[1] then ids[#ids + 1] = all[i] end
end
return ids
