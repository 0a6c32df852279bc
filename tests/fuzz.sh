#!/bin/sh
# fuzz.sh NAME_fuzz: one fuzzer for FUZZ_SECONDS (5), from tests/fuzz/NAME_fuzz/ with tests/fuzz/NAME_fuzz.dict, both
# optional. New finds stay in the build folder; an input that breaks something is printed and kept there.
cd "$(dirname "$0")/.." || exit 2
fuzzer=$1
out=build-fuzz/found/$1
mkdir -p "$out"
set -- -max_total_time="${FUZZ_SECONDS:-5}" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$out-" -error_exitcode=1 \
    "$out"
[ ! -e "tests/fuzz/$fuzzer.dict" ] || set -- -dict="tests/fuzz/$fuzzer.dict" "$@"
[ ! -d "tests/fuzz/$fuzzer" ] || set -- "$@" "tests/fuzz/$fuzzer"
exec "build-fuzz/tests/fuzz/$fuzzer" "$@"
