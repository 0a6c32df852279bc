-- past_move.lua: events that stand in the archive's file leave Redis; their figures stay. ARGV: id, version that was
-- written, figures, … An event that has moved on meanwhile stays: its line does not count.
local moved = 0
for i = 1, #ARGV, 3 do
    local id = ARGV[i]
    if redis.call('HGET', key('e', id), 'v') == ARGV[i + 1] then
        redis.call('HSET', key('past', math.floor(id / 128)), id, ARGV[i + 2])
        redis.call('DEL', key('e', id), key('t', id))
        redis.call('ZREM', key('old'), id)
        moved = moved + 1
    end
end
return moved
