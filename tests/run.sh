#!/usr/bin/env bash
# run.sh: what `make test` runs. Builds with ASan and UBSan, and once plainly (other warnings, all errors); then passes
# every check and every test program, two at a time. The last line is `N passed, N failed, N skipped`, counted from what
# ran; exit 1 when anything failed.
#
# It finds its programs by their place, so a new test needs no entry here:
#   tests/unit/*_test.c, tests/live/*_test.c   cmocka programs
#   tests/dialogues/*.play                     by `loubot play`
#   tests/peers/*/*_test.mjs                   node programs that print `N passed, N failed`
#   tests/chaos/*.mjs that begin with #!       the short form of `make chaos`
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

# A part that does not build has failed; programs that are older than their sources are not run in its place.
build() {
    local start=$SECONDS
    if "$@" >"$LOGS/build.log" 2>&1; then
        printf '%3d.0 s        built: %s\n' $((SECONDS - start)) "${*: -1}"
    else
        printf '%3d.0 s        FAILED to build: %s\n' $((SECONDS - start)) "${*: -1}"
        sed 's/^/    | /' "$LOGS/build.log"
        echo '0 1 0' >"$LOGS/build-${*: -1}.result"
        return 1
    fi
}
make=(make -s -k -j"$cores")
build "${make[@]}" B=build SAN= build
build "${make[@]}" tests-build || {
    rm -f "$LOUBOT" "$B"/tests/*/*_test
    "${make[@]}" tests-build >/dev/null 2>&1
}
fuzzers=$(find tests/fuzz -maxdepth 1 -name '*_fuzz.c' -printf '%f\n' 2>/dev/null | sed 's/\.c$//' | sort)
[ -z "$fuzzers" ] || build "${make[@]}" fuzz-build || {
    rm -f build-fuzz/tests/fuzz/*_fuzz
    "${make[@]}" fuzz-build >/dev/null 2>&1
}
[ ! -e tests/peers/package.json ] || build tests/npm.sh

# NAME KIND SECONDS COMMAND, the longest first, so that the end does not wait for one.
plan() {
    local f
    for f in tests/peers/*/*_test.mjs; do
        [ ! -e "$f" ] || echo "${f#tests/} line 300 node $f"
    done
    for f in $(grep -l '^#!' tests/chaos/*.mjs); do
        [ ! -x "$LOUBOT" ] || echo "${f#tests/} line 240 node $f"
    done
    for f in tests/live/*_test.c tests/unit/*_test.c; do
        [ ! -x "$B/${f%.c}" ] || echo "${f:6:-2} tap 300 $B/${f%.c}"
    done
    for f in tests/dialogues/*.play; do
        [ ! -e "$f" ] || [ ! -x "$LOUBOT" ] || echo "${f#tests/} line 120 $LOUBOT play $f"
    done
    for f in $fuzzers; do
        [ ! -x "build-fuzz/tests/fuzz/$f" ] || echo "fuzz/$f check $((FUZZ_SECONDS + 60)) tests/fuzz.sh $f"
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
