#!/bin/sh
# test.sh: sets the machine up, runs every test (unit, in-process ssh server, real nodes) and closes with `N passed, N failed`.
# Ends non-zero unless every test ran and passed.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"

sh docker/setup.sh bullseye+services+el bookworm+services+fencing+el+suse trixie+services+el

# The one tool that `npm run package` needs and Debian does not come with.
command -v rpmbuild >/dev/null || install_packages rpm

ensure_browser

# Whatever a test leaves behind goes with it.
TMPDIR=$(mktemp -d)
export TMPDIR
background=
trap 'kill $background 2>/dev/null || :; rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM

# It was built just now.
HAOPS_E2E_CLI=$root/dist/cli.cjs
export HAOPS_E2E_CLI

# run NAME OPTION...: a run of vitest, with its results and its exit status in files of that name.
run() {
  name=$1
  shift
  status=0
  ${gently:-} npx vitest run --passWithNoTests --reporter=default --reporter=json --outputFile.json="$TMPDIR/$name.json" "$@" || status=$?
  echo "$status" >"$TMPDIR/$name.status"
}

# What needs no nodes fills the time in which clusters only wait, and gives way to them; what is timed has the machine to itself.
(gently="nice -n 10" && run unit --project unit --project ssh --project browser "$@") >"$TMPDIR/unit.log" 2>&1 &
background=$!
run nodes --project e2e "$@"
wait "$background"
background=
cat "$TMPDIR/unit.log"
run timed --project failover "$@"
node test/summary.mjs "$TMPDIR/unit" "$TMPDIR/nodes" "$TMPDIR/timed"
