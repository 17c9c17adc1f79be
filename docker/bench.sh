#!/bin/sh
# bench.sh [--rounds N]: haops beside the plain parallel-ssh floor (and Ansible, where it is installed) on prepared nodes, in one
# run on one machine; prints a table of times, ratios and targets, and ends non-zero where a target is missed. Wants a machine that
# does nothing else meanwhile.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"
sh docker/setup.sh bookworm
install_packages curl
exec npx tsx test/bench/main.ts "$@"
