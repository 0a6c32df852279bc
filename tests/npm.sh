#!/usr/bin/env bash
# npm.sh: installs what the peers under tests/peers need from npm, once for each package-lock.json.
cd "$(dirname "$0")/peers" || exit 2
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
npm ci --no-audit --no-fund --ignore-scripts
touch node_modules/.package-lock.json
