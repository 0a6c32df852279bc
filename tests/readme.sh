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
[ -x "${LOUBOT:-build/loubot}" ] || exit 0
said=$("${LOUBOT:-build/loubot}" play tests/dialogues/scene01_lamp.play tests/dialogues/scene03_english.play 2>/dev/null)
bad=0
for f in README.md $twin; do
    grep -E '^[0-9]{2}:[0-9]{2}  ' "$f" | while IFS= read -r line; do
        printf '%s\n' "$said" | grep -qxF -- "$line" || { echo "$f shows what is not said: $line" && exit 1; }
    done || bad=1
done
exit $bad
