#!/usr/bin/env bash
# chaos.sh: what `make chaos` runs: every program of tests/chaos (those that begin with #!) in its long form, one after the
# other; the last line is `N passed, N failed`. SEED=n repeats a run, ONLY=word takes those with it in their name. A new
# program needs no entry here; it takes --long and --seed N, prints its seed and ends with `N passed, N failed`.
cd "$(dirname "$0")/.." || exit 2
start=$SECONDS passed=0 failed=0
minutes() { printf '%d:%02d min' $(($1 / 60)) $(($1 % 60)); }
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
soak=${B:-build}/tests/live/soak_test soaking=
[[ $soak == *"${ONLY:-}"* && -x $soak ]] || soak=

# A month of 219 grids takes a core for some minutes: it runs beside the programs that wait most.
soak_begin() {
    [ -n "$soak" ] && [ -z "$soaking" ] || return
    SOAK_DAYS=30 SOAK_GRIDS=219 SOAK_SEED=$seed "$soak" >"$log" 2>&1 &
    soaking=$!
}
log=$(mktemp) || exit 2
trap 'rm -f "$log"; [ -z "$soaking" ] || kill "$soaking" 2>/dev/null' EXIT

for f in $(grep -l '^#!' tests/chaos/*.mjs | grep -F -- "${ONLY:-}"); do
    case $f in *redis_faults*) soak_begin ;; esac
    began=$SECONDS
    echo "== $f --long --seed $seed"
    last=$(node "$f" --long --seed "$seed" | tee >(cat >&2) | tail -1)
    read -r p _ n _ <<<"$last"
    case $last in
    *passed,*failed*) passed=$((passed + p)) failed=$((failed + n)) ;;
    *) failed=$((failed + 1)) ;;
    esac
    echo "   $(minutes $((SECONDS - began)))"
done
soak_begin
if [ -n "$soaking" ]; then
    echo "== $soak, a month of 219 grids, seed $seed"
    if wait "$soaking"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    soaking=
    cat "$log"
fi
printf 'seed %d: %s\n%d passed, %d failed\n' "$seed" "$(minutes $((SECONDS - start)))" $passed $failed
[ $failed = 0 ] && [ $passed != 0 ]
