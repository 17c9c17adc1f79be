# Sourced by the scripts beside it. POSIX sh; the sourcing script has `set -eu`.

root=$(cd "$(dirname "$0")/.." && pwd)

# What is being done, for whoever watches; standard output stays free for results.
say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "$0: $*"
  exit 1
}

# as_root COMMAND...: through sudo where the user is not root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: become root or install sudo, then run it again"
  fi
}

# quietly COMMAND...: its output is shown only if it fails, and then it ends the script.
quietly() {
  quietly_log=$(mktemp)
  if "$@" >"$quietly_log" 2>&1; then
    rm -f "$quietly_log"
    return 0
  fi
  tail -n 60 "$quietly_log" >&2
  rm -f "$quietly_log"
  die "failed: $*"
}

# install_packages NAME...: those that are missing, with the machine's own apt.
install_packages() {
  install_missing=
  for install_name in "$@"; do
    dpkg -s "$install_name" >/dev/null 2>&1 || install_missing="$install_missing $install_name"
  done
  [ -n "$install_missing" ] || return 0
  command -v apt-get >/dev/null || die "please install$install_missing (this script can do so on Debian only)"
  say "Installing$install_missing"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  # shellcheck disable=SC2086 # a list of words
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $install_missing
}

# ensure_browser: what the pages are looked at in, a tenth of a gigabyte, in ten seconds. Where apt has none by these names (as Ubuntu's), the
# tests of the pages alone fail.
ensure_browser() {
  for browser in chromium-headless-shell chromium chromium-browser google-chrome; do
    ! command -v "$browser" >/dev/null || return 0
  done
  (install_packages chromium-headless-shell) || (install_packages chromium) ||
    say "There is no Chromium to be had here: the tests of the pages will fail, and all others run"
}
