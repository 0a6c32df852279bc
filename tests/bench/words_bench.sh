#!/bin/sh
# words_bench.sh [FILE]: `loubot parse --null` (one core, understands every line) against `grep -F` with the same words on
# the same lines in the same run. FILE: lines of chat; without it, what is no report among our own examples, a language at
# a time, until it is 40 MB.
cd "$(dirname "$0")/../.." || exit 2
LOUBOT=${LOUBOT:-build/loubot}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
# The words of the lexicon, one a line; of A..B both parts.
grep -hv '^[[#]' handlers/lexicon/zh.txt handlers/lexicon/en.txt | sed 's/[、，,]/\n/g' |
    sed 's/\.\./\n/; s/^ *//; s/ *$//; s/^^//; s/\$$//' | grep . | sort -u >"$work/words"
seconds() { # user and system time of a command, its output thrown away
    { /usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' - "$@"; } 2>&1 | awk '{print $1 + $2}'
}
chat() { # the sentences under "= none" of a language's examples
    awk 'FNR == 1 { none = 0 } /^=/ { none = $2 == "none" } !/^[#=]/ && none' handlers/lexicon/examples/"$1"-*.txt
}
race() { # NAME, lines of it in $work/once
    while cat "$work/once"; do :; done 2>/dev/null | head -c 40000000 >"$work/lines"
    lines=$(wc -l <"$work/lines")
    ours=$(seconds sh -c "taskset -c 0 '$LOUBOT' parse --null <'$work/lines'")
    first=$(seconds sh -c "LC_ALL=C taskset -c 0 grep -F -c -f '$work/words' '$work/lines' | cat")
    every=$(seconds sh -c "LC_ALL=C taskset -c 0 grep -F -o -f '$work/words' '$work/lines' | cat")
    awk -v name="$1" -v n="$lines" -v a="$ours" -v b="$first" -v c="$every" -v w="$(wc -l <"$work/words")" 'BEGIN {
        printf "%s: %d lines, %d words\n", name, n, w
        printf "%-36s %9.0f lines/s\n", "loubot parse --null", n / a
        printf "%-36s %9.0f lines/s, ratio %.2f\n", "grep -F -c (stops at the first word)", n / b, b / a
        printf "%-36s %9.0f lines/s, ratio %.2f\n", "grep -F -o (finds every word)", n / c, c / a}'
}
if [ -n "$1" ]; then
    cat "$1" >"$work/once" && race "$1"
    exit
fi
for lang in zh en; do
    chat $lang >"$work/once"
    race "$lang chat"
done
