#!/usr/bin/env bash
# run.sh: what `make test` runs. Builds with ASan and UBSan, and once plainly (other warnings, all errors); then passes
# every check and every test program, two at a time. The last line is `N passed, N failed, N skipped`, counted from what
# ran; exit 1 when anything failed.
#
# It finds its programs by their place, so a new test needs no entry here:
#   tests/unit/*_test.c, tests/live/*_test.c   cmocka programs
#   tests/dialogues/*.play                     by `loubot play`
#   tests/peers/*/*_test.mjs                   node programs that print `N passed, N failed`
#   tests/fuzz/*_fuzz.c                        each for FUZZ_SECONDS (5) from its corpus
# Programs find the sanitized binary in $LOUBOT and the build folder in $B. ONLY=word runs what has it in its name.
cd "$(dirname "$0")/.." || exit 2
export B=${B:-build-san} SAN=1 FUZZ_SECONDS=${FUZZ_SECONDS:-5}
export LOUBOT=$PWD/$B/loubot LOGS=$PWD/$B/logs
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_stack_use_after_return=1
unset MAKEFLAGS MFLAGS MAKELEVEL
cores=$(nproc)
[ "$cores" -gt 2 ] || cores=2
rm -rf "$LOGS"
mkdir -p "$LOGS"

# A build that fails ends the run: old programs must not answer for new sources.
build() {
    local start=$SECONDS
    if "$@" >"$LOGS/build.log" 2>&1; then
        printf '%3d.0 s        %s\n' $((SECONDS - start)) "built: ${*: -1}"
    else
        tail -60 "$LOGS/build.log"
        printf '%s\n%s\n' "FAILED to build: $*" '0 passed, 1 failed, 0 skipped'
        exit 1
    fi
}
build make -j"$cores" B=build SAN= build
build make -j"$cores" tests-build
fuzzers=$(find tests/fuzz -maxdepth 1 -name '*_fuzz.c' -printf '%f\n' 2>/dev/null | sed 's/\.c$//' | sort)
[ -z "$fuzzers" ] || build make -j"$cores" fuzz-build
[ ! -e tests/peers/package.json ] || build tests/npm.sh

# NAME KIND SECONDS COMMAND, the longest first, so that the end does not wait for one.
plan() {
    local f
    for f in tests/peers/*/*_test.mjs; do
        [ ! -e "$f" ] || echo "${f#tests/} line 300 node $f"
    done
    for f in tests/live/*_test.c tests/unit/*_test.c; do
        [ ! -e "$f" ] || echo "$(basename "$(dirname "$f")")/$(basename "$f" .c) tap 180 $B/${f%.c}"
    done
    for f in tests/dialogues/*.play; do
        [ ! -e "$f" ] || echo "${f#tests/} line 120 $LOUBOT play $f"
    done
    for f in $fuzzers; do
        echo "fuzz/$f check $((FUZZ_SECONDS + 60)) tests/fuzz.sh $f"
    done
    echo "layers check 60 tests/layers.sh"
    echo "headers check 120 tests/headers.sh"
    echo "sizes check 60 tests/sizes.sh"
    echo "readme check 60 tests/readme.sh"
}
plan | grep -F -- "${ONLY:-}" | xargs -r -P "$cores" -L 1 tests/one.sh

cat "$LOGS"/*.result 2>/dev/null |
    awk -v s=$SECONDS '{p += $1; f += $2; k += $3}
        END {printf "%d:%02d min\n%d passed, %d failed, %d skipped\n", s / 60, s % 60, p, f, k; exit f > 0 || p == 0}'
