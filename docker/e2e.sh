#!/bin/sh
# e2e.sh [FILE...] [OPTION...]: sets up what these e2e test files need (without a file: what all need), and runs them on real nodes.
# The options are vitest's, such as `-t NAME`. HAOPS_E2E_KEEP=1 leaves the labs up to look around in, until the next run.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"

# releases_of WORD...: those that the files among these words name, and the one that a lab has by default.
releases_of() {
  files=
  for word in "$@"; do
    [ ! -f "$word" ] || files="$files $word"
  done
  for release in bullseye trixie; do
    # shellcheck disable=SC2086 # a list of words
    if [ -z "$files" ] || grep -q "$release" $files; then printf '%s\n' "$release"; fi
  done
}

# further_of WORD...: `+services` where one of the files among these words starts nodes with the data services, or there is none; `+el`
# where one starts nodes of an Enterprise Linux.
further_of() {
  files=
  for word in "$@"; do
    [ ! -f "$word" ] || files="$files $word"
  done
  for further in "services:services" "el:enterpriseLinux"; do
    # shellcheck disable=SC2086 # a list of words
    if [ -z "$files" ] || grep -q "${further#*:}: true" $files; then printf '+%s' "${further%:*}"; fi
  done
}

# shellcheck disable=SC2046 # a list of words
sh docker/setup.sh "bookworm$(further_of "$@")" $(releases_of "$@")
command -v rpmbuild >/dev/null || install_packages rpm
HAOPS_E2E_CLI=$root/dist/cli.cjs
export HAOPS_E2E_CLI
exec npx vitest run --project single --project e2e --project failover "$@"
