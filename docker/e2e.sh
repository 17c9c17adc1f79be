#!/bin/sh
# e2e.sh [FILE...] [OPTION...]: sets up what these e2e test files need (without a file: what all need), and runs them on real nodes.
# The options are vitest's, such as `-t NAME`. HAOPS_E2E_KEEP=1 leaves the labs up to look around in, until the next run.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"

# releases_of WORD...: those that the files among these words name, beside the one that a lab has by default, with what else they want
# of them: `+services`, `+fencing` and `+el`.
releases_of() {
  files=
  for word in "$@"; do
    [ ! -f "$word" ] || files="$files $word"
  done
  for release in bullseye trixie; do
    # shellcheck disable=SC2086 # a list of words
    named=$([ -z "$files" ] || grep -l "$release" $files || :)
    # shellcheck disable=SC2086 # a list of words
    if [ -z "$files$named" ] || [ -n "$named" ]; then printf '%s\n' "$release$(wanted_of $named)"; fi
  done
}

# wanted_of FILE...: what one of these starts nodes with, or all of it where there is none.
wanted_of() {
  if [ $# = 0 ] || grep -q "services: true" "$@"; then printf +services; fi
  if [ $# = 0 ] || grep -q "fencing: true" "$@"; then printf +fencing; fi
  if [ $# = 0 ] || grep -q "enterpriseLinux: true" "$@"; then printf +el; fi
}

# further_of WORD...: what the files among these words want of the default release: `+services`, `+fencing`, and `+el` and `+suse`, where one
# starts nodes in such a guise; all of it where there is no file.
further_of() {
  files=
  for word in "$@"; do
    [ ! -f "$word" ] || files="$files $word"
  done
  for further in "services:services" "fencing:fencing" "el:enterpriseLinux" "suse:suse"; do
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
