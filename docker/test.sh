#!/bin/sh
# test.sh: sets the machine up, runs every test (unit, in-process ssh server, real nodes) and closes with `N passed, N failed`.
# Ends non-zero unless every test ran and passed. HAOPS_TEST_UNTIL (seconds since 1970; default: no limit) is for a machine that is taken
# away at some time: no file of tests on nodes begins later than that, and those that were left are named before the closing line.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"

sh docker/setup.sh bullseye+services+fencing+el bookworm+services+fencing+el+suse trixie+services+fencing+el

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

# unit_ended: waits for what needs no nodes, and shows it.
unit_ended() {
  [ -n "$background" ] || return 0
  wait "$background"
  background=
  cat "$TMPDIR/unit.log"
}

# What needs no nodes fills the time in which clusters only wait, and gives way to them; what is timed has the machine to itself.
(gently="nice -n 10" && run unit --project unit --project ssh --project browser "$@") >"$TMPDIR/unit.log" 2>&1 &
background=$!
runs=$TMPDIR/unit
left=
if [ -z "${HAOPS_TEST_UNTIL:-}" ]; then
  run nodes --project single --project e2e "$@"
  unit_ended
  run timed --project failover "$@"
  runs="$runs $TMPDIR/nodes $TMPDIR/timed"
else
  # A machine that may be too slow for all gets one thing at a time.
  unit_ended
  npx tsx test/on-nodes.ts >"$TMPDIR/turns"
  turn=0
  while read -r files <&3; do
    if [ "$(date +%s)" -ge "$HAOPS_TEST_UNTIL" ]; then
      left="$left $files"
      continue
    fi
    turn=$((turn + 1))
    # shellcheck disable=SC2086 # a list of words
    run "turn$turn" --project single --project e2e --project failover $files "$@"
    runs="$runs $TMPDIR/turn$turn"
  done 3<"$TMPDIR/turns"
fi
[ -z "$left" ] || say "NOT RUN, for want of time:$left"
# shellcheck disable=SC2086 # a list of words
node test/summary.mjs $runs
