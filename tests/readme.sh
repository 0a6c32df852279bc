#!/bin/sh
# readme.sh: README.md and its Chinese twin name the same commands: the lines of their sh blocks, and every `make …`
# and `loubot …` in the text, are compared; every make target that they name exists.
cd "$(dirname "$0")/.." || exit 2
twin=.github/README.zh-CN.md
commands() {
    awk '/^```/ {on = !on && /^```sh/; next} on' "$1" | sed 's/ *#.*//; s/^ *//; /^$/d'
    # shellcheck disable=SC2016
    grep -oE '`(make|loubot) [^`]*`' "$1" | tr -d '`'
}
for f in README.md $twin; do
    [ -e "$f" ] || { echo "$f is missing"; exit 1; }
    commands "$f" | sort -u >"${LOGS:-/tmp}/$(basename "$f").commands"
done
cd "${LOGS:-/tmp}" || exit 2
diff README.md.commands README.zh-CN.md.commands || { echo "the two READMEs name different commands"; exit 1; }
cd - >/dev/null || exit 2
for target in $(commands README.md | sed -nE 's/^make ([a-z-]+).*/\1/p' | sort -u); do
    grep -qE "^$target:" Makefile || { echo "README.md names 'make $target', which does not exist"; exit 1; }
done
tests_of() { grep -oE 'tests/[A-Za-z0-9_]+/[A-Za-z0-9_/.]+' "$1" | sort -u; }
[ "$(tests_of README.md)" = "$(tests_of $twin)" ] || { echo "the two READMEs name different tests"; exit 1; }
for test in $(tests_of README.md); do
    [ -e "$test" ] || { echo "README.md names $test, which does not exist"; exit 1; }
done
for f in README.md $twin; do
    awk '/^## / {on = /lost|会丢/} on && /^\|/ && ++n > 2 && !/tests\// {print FILENAME ": no test is named in: " $0; bad = 1}
        END {if (n < 10) print FILENAME ": the table of what can be lost is missing"; exit bad || n < 10}' "$f" || exit 1
done
[ -x "${LOUBOT:-build/loubot}" ] || exit 0
said=$("${LOUBOT:-build/loubot}" play tests/dialogues/scene01_lamp.play tests/dialogues/scene03_english.play 2>/dev/null)
bad=0
for f in README.md $twin; do
    grep -E '^[0-9]{2}:[0-9]{2}  ' "$f" | while IFS= read -r line; do
        printf '%s\n' "$said" | grep -qxF -- "$line" || { echo "$f shows what is not said: $line" && exit 1; }
    done || bad=1
done
exit $bad
