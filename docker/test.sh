#!/bin/sh
# test.sh: sets the machine up, runs every test (unit, in-process ssh server, real nodes) and closes with `N passed, N failed`.
# Ends non-zero unless every test ran and passed.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"

sh docker/setup.sh bullseye bookworm trixie

# Whatever a test leaves behind goes with it.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM

# It was built just now.
HAOPS_E2E_CLI=$root/dist/cli.cjs
export HAOPS_E2E_CLI

results=$TMPDIR/results.json
status=0
npx vitest run --reporter=default --reporter=json --outputFile.json="$results" "$@" || status=$?
node test/summary.mjs "$results" "$status"
