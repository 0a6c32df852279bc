#!/bin/sh
# headers.sh: every header compiles alone (with no include before it), and none has more than 250 lines.
cd "$(dirname "$0")/.." || exit 2
bad=0
for h in $(find bot adapters handlers -name '*.h' 2>/dev/null | sort); do
    echo "#include \"$h\"" | gcc -std=gnu11 -D_GNU_SOURCE -I. -Ibot -Wall -Wextra -Wno-unused-parameter -Werror \
        -fsyntax-only -x c - || { echo "$h does not compile alone" && bad=1; }
    [ "$(wc -l <"$h")" -le 250 ] || { echo "$h has more than 250 lines" && bad=1; }
done
exit $bad
