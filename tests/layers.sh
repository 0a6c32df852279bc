#!/bin/sh
# layers.sh: dependencies run one way. In bot/ a floor includes only itself and the floors below it; handlers include
# bot/handler.h and their own headers; adapters bot/adapter.h and their own; tests/peers nothing of Loubot.
# bot/adapter.h and bot/handler.h are contracts of the floor turn.
# bot/*.c and bot/cli (the composition) may see everything. Prints each offence; exit 1 when there is one.
cd "$(dirname "$0")/.." || exit 2
find bot adapters handlers -name '*.[ch]' -exec grep -nH '^#include "' {} + | sort | awk -F: '
    BEGIN {
        split("host store words people event turn", floors, " ")
        for (i in floors)
            rank[floors[i]] = i
        rank["adapter.h"] = rank["handler.h"] = rank["turn"]
    }
    function refuse() { print $1 ":" $2 ": " target " may not be included from here"; bad = 1 }
    {
        target = $3
        gsub(/^#include "|".*$/, "", target)
        parts = split($1, here, "/")
        there = target
        sub(/^bot\//, "", there)
        sub(/\/.*/, "", there)
        own = here[1] "/" here[2] "/"
    }
    here[1] == "bot" && parts > 2 && here[2] != "cli" && (!(there in rank) || rank[there] > rank[here[2]]) { refuse() }
    here[1] == "handlers" && target != "bot/handler.h" && target !~ /^handlers\// { refuse() }
    here[1] == "adapters" && target != "bot/adapter.h" && index(target, own) != 1 { refuse() }
    END { exit bad }' || bad=1
if grep -rnE --exclude-dir=node_modules '#include "(bot|host|store|words|people|event|turn)/' tests/peers 2>/dev/null; then
    echo "tests/peers may include nothing of Loubot"
    bad=1
fi
[ -z "$bad" ] && echo "dependencies run one way"
exit ${bad:-0}
