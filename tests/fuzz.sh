#!/bin/sh
# fuzz.sh NAME_fuzz: one fuzzer for FUZZ_SECONDS (5), from tests/fuzz/corpus/NAME/ with tests/fuzz/NAME.dict, both
# optional. New finds stay in the build folder; an input that breaks something is printed and kept there.
cd "$(dirname "$0")/.." || exit 2
fuzzer=$1
name=${1%_fuzz}
out=build-fuzz/found/$name
mkdir -p "$out"
set -- -max_total_time="${FUZZ_SECONDS:-5}" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$out-" -error_exitcode=1 \
    "$out"
[ ! -e "tests/fuzz/$name.dict" ] || set -- -dict="tests/fuzz/$name.dict" "$@"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
exec "build-fuzz/tests/fuzz/$fuzzer" "$@"
