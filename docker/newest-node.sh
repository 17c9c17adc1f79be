#!/bin/sh
# newest-node.sh [FILE...]: the unit tests and those against the in-process ssh server, by the newest Node with long-term support. haops itself needs
# 20.19; npm's package `node` has the program, which is put into a directory of its own and nowhere else.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"
major=26

directory=$(mktemp -d)
# One test runs its Node as another user, who must be able to reach it.
chmod 755 "$directory"
trap 'rm -rf "$directory"' EXIT
trap 'exit 130' INT TERM
quietly npm install --prefix "$directory" --no-save --no-audit --no-fund "node@$major"
PATH=$directory/node_modules/.bin:$PATH
export PATH
say "The unit and ssh tests by Node $(node --version)"
node node_modules/vitest/vitest.mjs run --project unit --project ssh --reporter=dot "$@"
