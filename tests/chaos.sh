#!/usr/bin/env bash
# chaos.sh: what `make chaos` runs: every program of tests/chaos (those that begin with #!) in its long form, one after the
# other; the last line is `N passed, N failed`. SEED=n repeats a run, ONLY=word takes those with it in their name. A new
# program needs no entry here; it takes --long and --seed N, prints its seed and ends with `N passed, N failed`.
cd "$(dirname "$0")/.." || exit 2
start=$SECONDS passed=0 failed=0
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
for f in $(grep -l '^#!' tests/chaos/*.mjs | grep -F -- "${ONLY:-}"); do
    echo "== $f --long --seed $seed"
    last=$(node "$f" --long --seed "$seed" | tee >(cat >&2) | tail -1)
    read -r p _ n _ <<<"$last"
    case $last in
    *passed,*failed*) passed=$((passed + p)) failed=$((failed + n)) ;;
    *) failed=$((failed + 1)) ;;
    esac
done
soak=${B:-build}/tests/live/soak_test
if [[ soak == *"${ONLY:-}"* && -x $soak ]]; then
    echo "== $soak, a month of 219 grids, seed $seed"
    if SOAK_DAYS=30 SOAK_GRIDS=219 SOAK_SEED=$seed "$soak"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
fi
printf 'seed %d: %d:%02d min\n%d passed, %d failed\n' "$seed" $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)) $passed $failed
[ $failed = 0 ] && [ $passed != 0 ]
