#!/bin/sh
# layers.sh: dependencies run one way. In bot/ a floor includes only itself and the floors below it; handlers include
# bot/handler.h and their own headers; adapters bot/adapter.h and their own; tests/peers nothing of Loubot.
# bot/*.c and bot/cli (the composition) may see everything. Prints each offence; exit 1 when there is one.
cd "$(dirname "$0")/.." || exit 2
bad=0
includes() { grep -nHE '^#include "' "$@" /dev/null | sed -E 's/^([^:]+):([0-9]+):#include "([^"]+)".*/\1 \2 \3/'; }
offence() {
    echo "$1:$2: $3 may not be included from here"
    bad=1
}
rank() {
    case $1 in host) echo 0 ;; store) echo 1 ;; words) echo 2 ;; people) echo 3 ;; event) echo 4 ;; turn) echo 5 ;; *) echo 9 ;; esac
}
while read -r file line target; do
    here=$(echo "$file" | cut -d/ -f2)
    there=$(echo "$target" | sed 's#^bot/##' | cut -d/ -f1)
    [ "$here" = cli ] && continue
    [ "$(rank "$there")" -le "$(rank "$here")" ] || offence "$file" "$line" "$target"
done <<EOF
$(includes $(find bot -mindepth 2 -name '*.[ch]'))
EOF
while read -r file line target; do
    [ -z "$file" ] && continue
    case $target in bot/handler.h | handlers/*) ;; *) offence "$file" "$line" "$target" ;; esac
done <<EOF
$(includes $(find handlers -name '*.[ch]'))
EOF
while read -r file line target; do
    [ -z "$file" ] && continue
    own=$(echo "$file" | cut -d/ -f1-2)
    case $target in bot/adapter.h | "$own"/*) ;; *) offence "$file" "$line" "$target" ;; esac
done <<EOF
$(includes $(find adapters -name '*.[ch]'))
EOF
if grep -rnE '#include "(bot|host|store|words|people|event|turn)/' tests/peers 2>/dev/null; then
    echo "tests/peers may include nothing of Loubot"
    bad=1
fi
[ $bad = 0 ] && echo "dependencies run one way"
exit $bad
