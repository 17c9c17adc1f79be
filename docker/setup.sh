#!/bin/sh
# setup.sh [RELEASE[+services][+fencing][+el][+suse]...]: everything the demo and the tests need, from a Debian machine with Node and root or sudo: a
# container engine, the node images of these releases (default bookworm; bullseye, trixie), with +services also that of the data services,
# with +fencing that of nodes with BMCs and watchdogs, and the simulator of the former on this machine, with +el or +suse (bookworm) that in the guise
# of an Enterprise Linux (8, 9, 10) or of openSUSE, the dependencies, the built haops.
# Does what is missing and says so; where nothing is missing it takes a second.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/engine.sh"
. "$(dirname "$0")/images.sh"
cd "$root"

check_node() {
  command -v node >/dev/null || die "Node.js 20.19 or later is needed and was not found"
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
    die "Node.js 20.19 or later is needed, this is $(node --version)"
}

ensure_dependencies() {
  node docker/dependencies-current.mjs && return 0
  say "Installing the dependencies"
  quietly npm ci --no-audit --no-fund
}

check_node
ensure_dependencies
command -v ssh-keygen >/dev/null || install_packages openssh-client
ensure_engine
[ $# -gt 0 ] || set -- bookworm
# The first one alone installs what is missing to make an image; then all at once.
ensure_base "${1%%+*}"
building=
for release in "$@"; do
  ensure_images "$release" &
  building="$building $!"
done
for build in $building; do
  wait "$build"
done
# The BMCs of a lab run on this machine, since they outlive what they switch off.
case " $* " in *+fencing*) command -v ipmi_sim >/dev/null || install_packages openipmi ;; esac
say "Building haops"
quietly npm run build
