-- keys.lua: the only place that names Redis keys. It stands before every script (store/script.c); scripts get the
-- community's tag "{nanfeng}" as KEYS[1] and build every key from it, so all keys of a turn lie in one Cluster slot.
--
--   schema                 version of the stored data
--   roster                 that version, the digest of the roster's files and n.row: what commits must agree with
--   rows                   amendments of the roster: number → row (JSON); n.row is the number of the last change
--   audit                  who changed what of the roster: "<number>|<JSON>", the newest 20,000
--   code:<sha256>          a one-time code and what it grants (people/code.h), or that it was used
--   tries:<member>         his wrong codes within the hour, and when the last was
--   n                      hash of counters: event, out, row, retry (parked things that the operator wants tried again)
--   e:<id>                 an event: v version, b body (JSON), x text, p photos (JSON list), a acknowledged at
--   t:<id>                 its trail: a list of steps (JSON)
--   open                   open events by the time they were opened
--   old                    archived events that are still here, by the time they were archived
--   past:<id / 128>        figures of those that are in the archive's files (event/archive.h): id → JSON
--   at:<building>:<cat>    events of a place and category until they are archived, by number, as "126" or, where another
--                          unit or floor is another trouble, "126:<unit>:<floor>"; the highest number is its version
--   was:<building>:<cat>   the last archived ones there, in the same form: told again, they are named
--   m:<member>             events of a person (reporter, assignee, verifier) until they are archived, by number
--   ago:<member>           the last archived ones that he reported: "it's out again" is about one of them
--   s:<group>:<member>     a session: s value, v version, a:… what others added to it
--   live:<group>           members who have a session there (turn/sweep.c lets them go)
--   timers, timer          due times; what is to be handed back
--   msg:<chat>:<id>        the events that a platform message is about, and whose question it put; <chat> is the group,
--                          or dm:<member>
--   seen:<group>:<bucket>  inputs that were decided (eight hours of platform time a bucket), with their outcome
--   forgetting             members who asked to be forgotten, by when, until it is done
--   forgot                 members who were forgotten, by when: memory forgets them too
--   people                 people found in chats who are not in the roster
--   outq:<account>, out:<account>, parked:<account>   outgoing: their order, their rows, those that cannot be sent
--   inputs                 inputs that could not be decided, kept for the operator
--   again                  inputs of these that are being decided again
--   fence:<account>        the number that an account's holder must bring
-- Of an account, tag "{a:onebot:10001}":
--   mark                   platform group → newest platform time whose inputs are all settled
local T = KEYS[1] .. ':'
local function key(name, a, b)
    if b then return T .. name .. ':' .. a .. ':' .. b end
    return a and T .. name .. ':' .. a or T .. name
end
