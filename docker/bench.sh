#!/bin/sh
# bench.sh [--rounds N]: haops beside the plain parallel-ssh floor (and Ansible, where it is installed) on prepared nodes, in one
# run on one machine, and what a look at 25, 100 and 400 hosts costs haops itself, in processor time and memory; prints a table of times,
# ratios and targets, and ends non-zero where a target is missed. Wants a machine that does nothing else meanwhile.
# --first: a first up alone. --looks: the looks alone, which need no containers; --services: a run that has nothing to do with all data services alone.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"
case " $* " in
*" --looks "*) quietly npm run build ;;
*) sh docker/setup.sh bookworm+services && install_packages curl ;;
esac
exec npx tsx test/bench/main.ts "$@"
