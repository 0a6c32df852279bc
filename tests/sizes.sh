#!/bin/sh
# sizes.sh: functions over 100 lines and files over 500 lines are refused; prints where the code stands against the aims
# (median at most 16 lines, 90 % at most 45).
cd "$(dirname "$0")/.." || exit 2
files=$(find bot adapters handlers tests -name node_modules -prune -o -name '*.[ch]' -print 2>/dev/null)
# shellcheck disable=SC2086
bad=$(
    pmccabe $(printf '%s\n' $files | grep '\.c$') | awk '$5 > 100 {print $6 ": " $7 " has " $5 " lines; at most 100"}'
    wc -l $files | awk '$1 > 500 && $2 != "total" {print $2 " has " $1 " lines; at most 500"}'
)
[ -z "$bad" ] || printf '%s\n' "$bad"
# shellcheck disable=SC2086
pmccabe $(printf '%s\n' $files | grep '\.c$' | grep -v '^tests/') | awk '{print $5}' | sort -n | awk '
    {v[NR] = $1}
    END {if (NR) printf "%d functions: median %d lines, 90 %% at most %d, longest %d\n", NR, v[int((NR + 1) / 2)], v[int(NR * 0.9 + 0.5)], v[NR]}'
[ -z "$bad" ]
