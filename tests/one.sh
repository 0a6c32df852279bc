#!/usr/bin/env bash
# one.sh NAME KIND SECONDS COMMAND…: runs one test program for tests/run.sh, with a time limit and no input. Keeps its
# output in $LOGS/NAME.log and its counts in $LOGS/NAME.result ("passed failed skipped"), and prints one line, with
# the whole log behind it when something failed. KIND says how its counts are read:
#   tap    cmocka's TAP lines
#   line   its last "N passed, N failed[, N skipped]"
#   check  its exit status alone: 0 passed, 77 skipped
name=$1 kind=$2 seconds=$3
shift 3
log=$LOGS/${name//\//_}.log
start=$(date +%s%N)
CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$seconds" "$@" >"$log" 2>&1 </dev/null
rc=$?
took=$((($(date +%s%N) - start) / 100000000))
passed=0 failed=0 skipped=0
case $kind in
tap)
    passed=$(grep -cE '^ok [0-9]+ - ' "$log")
    failed=$(grep -cE '^not ok [0-9]+ - ' "$log")
    skipped=$(grep -cE '^(not )?ok [0-9]+ # SKIP' "$log")
    planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    missing=$((planned - passed - failed - skipped))
    [ $missing -gt 0 ] && failed=$((failed + missing))
    ;;
line)
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -1)
    [ -n "$last" ] && read -r passed failed skipped <<<"$(echo "$last" | tr -cd '0-9 ' | tr -s ' ')"
    ;;
check)
    case $rc in 0) passed=1 ;; 77) skipped=1 rc=0 ;; esac
    ;;
esac
skipped=${skipped:-0}
# A program that ended badly, or counted nothing, has failed whatever else it said.
[ $rc = 0 ] || [ "$failed" != 0 ] || failed=1
[ $((passed + failed + skipped)) != 0 ] || failed=1
echo "$passed $failed $skipped" >"$log.result"
word=ok
[ "$skipped" = 0 ] || word="ok, $skipped skipped"
[ "$failed" = 0 ] || word="FAILED $failed"
[ $rc != 124 ] || word="$word (no end after $seconds s)"
line=$(printf '%3d.%d s  %4d  %-34s %s' $((took / 10)) $((took % 10)) "$passed" "$name" "$word")
if [ "$failed" = 0 ]; then
    [ "$kind" != check ] || line="$line  $(tail -1 "$log" | cut -c 1-110)"
    echo "$line"
else
    printf '%s\n' "$line" "$(sed 's/^/    | /' "$log")"
fi
