#!/usr/bin/env bash
# bench.sh: what `make bench` runs, one after the other: tests/bench/*_bench.c (built), *_bench.mjs and *_bench.sh. Each
# prints its own table; the machine is named first. ONLY=word runs what has it in its name. Fails when one of them does.
cd "$(dirname "$0")/.." || exit 2
export B=${B:-build}
export LOUBOT=$PWD/$B/loubot
echo "$(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(uname -sr), $(redis-server --version | cut -d' ' -f3)"
failed=0
[ ! -e tests/peers/package.json ] || tests/npm.sh >/dev/null || failed=1
for program in "$B"/tests/bench/*_bench tests/bench/*_bench.mjs tests/bench/*_bench.sh; do
    case $program in
    *'*'* | *.o) continue ;;
    *"${ONLY:-}"*) ;;
    *) continue ;;
    esac
    printf '\n== %s\n' "$(basename "$program")"
    case $program in
    *.mjs) node "$program" ;;
    *) "$program" ;;
    esac || failed=1
done
exit $failed
