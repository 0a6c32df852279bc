#!/usr/bin/env bash
# steps.sh FILE.play…: a SIGKILL after every line that somebody writes, one at a time and then all of them: each variant
# of the conversation must pass as it stands. Prints `N passed, N failed`.
loubot=${LOUBOT:-build/loubot}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
# The script with "! kill" after the k-th line that somebody writes (0: after each).
variant() { awk -v k="$2" '{print} /^[a-z0-9]+ [^<]*>/ && (++n == k || k == 0) {print "! kill"}' "$1"; }
for script in "$@"; do
    lines=$(grep -cE '^[a-z0-9]+ [^<]*>' "$script")
    for k in $(seq 0 "$lines"); do
        name="$folder/$(basename "$script" .play)-$k.play"
        variant "$script" "$k" >"$name"
        if "$loubot" play "$name" >"$name.log" 2>&1; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "killed after line $k of $script (0: after each):"
            tail -30 "$name.log"
        fi
    done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
