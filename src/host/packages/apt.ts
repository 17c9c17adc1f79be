import { LOCK_WAIT_S, LOGGED, type PackageDatabase, type PackageManager } from "./manager.ts"
import { aptOffers } from "./offers.ts"

/** Asked by Debian's maintainer scripts before they start a service; 101 says no (invoke-rc.d(8)). */
export const POLICY_PATH = "/usr/sbin/policy-rc.d"
/** Tells our policy-rc.d from anybody else's. */
export const POLICY_MARK = "placed by haops for the time of one installation"

export const dpkg: PackageDatabase = {
  name: "dpkg",
  program: "dpkg-query",
  key: "deb",
  query: `dpkg-query -W -f='deb \${Package} \${db:Status-Status} \${Version} \${db:Status-Want}\\n' "$@" 2>/dev/null || [ $? -eq 1 ] || exit`,
  words: 4,
  read([name = "", state = "", version, wish]) {
    const kept = wish === "hold"
    if (state === "installed") return { name, version: version ?? "", kept }
    return state === "not-installed" || state === "config-files" ? { name, kept } : { name, broken: state, kept }
  },
  audit: `dpkg --audit 2>/dev/null | sed -n 's/^ \\([^ ][^ ]*\\).*/broken \\1/p'
    if ls /var/lib/dpkg/updates 2>/dev/null | grep -q '^[0-9]'; then echo 'broken dpkg was interrupted'; fi`,
  repair: "dpkg --configure -a && apt-get -f install",
}

/** Nothing asks, configuration files that somebody edited stay, another apt is waited for. */
const APT = [
  "apt-get",
  "-q",
  "-y",
  "--no-install-recommends",
  "-o",
  `DPkg::Lock::Timeout=${LOCK_WAIT_S}`,
  "-o",
  "Dpkg::Options::=--force-confdef",
  "-o",
  "Dpkg::Options::=--force-confold",
] as const

/**
 * The index is fetched only where there is none or the installation shows that it is stale. policy-rc.d is placed where there is
 * none and taken away again; one of somebody else's stays in charge. needrestart would restart services after the installation.
 */
const APT_SCRIPT = `${LOGGED}
quiet=$1; shift
policy=${POLICY_PATH}
export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1
if [ "$quiet" = quiet ] && { [ ! -e "$policy" ] || grep -qs '${POLICY_MARK}' "$policy"; }; then
  trap 'rm -f -- "$log" "$policy"' EXIT
  trap 'exit 143' INT TERM
  printf '#!/bin/sh\\n# ${POLICY_MARK}\\nexit 101\\n' >"$policy" && chmod 755 "$policy" || exit
fi
# apt waits for dpkg's lock by itself, for that of the index it does not.
refresh() {
  tries=0
  until logged apt-get -q -o DPkg::Lock::Timeout=${LOCK_WAIT_S} -o APT::Update::Error-Mode=any update; do
    tries=$((tries + 1))
    grep -q 'Could not get lock' "$log" && [ "$tries" -lt ${LOCK_WAIT_S} ] || return
    sleep 1
  done
}
stale() {
  grep -qE '^E: (Unable to locate package|Package .* has no installation candidate|Version .* was not found|Failed to fetch|Unable to fetch)|unmet dependencies' "$log"
}
[ -n "$(ls /var/lib/apt/lists/ 2>/dev/null | grep _Packages)" ] || refresh || fail $?
logged "$@" && code=0 || code=$?
if [ "$code" -ne 0 ] && stale; then
  refresh || fail $?
  logged "$@" && code=0 || code=$?
fi
[ "$code" -eq 0 ] || fail "$code"
# Where dbus came along just now, its start was refused too; pacemaker runs systemd's units over it.
[ "$quiet" != quiet ] || systemctl start dbus.socket >/dev/null 2>&1 || :`

/** apt's locks are advisory ones on files, which stay when nobody holds them: the kernel's table says who does. */
const HELD = `locks=$(cat /proc/locks)
  stat -c '%i %n' /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock |
  while read -r inode lock; do
    case $locks in *":$inode "*) ;; *) continue ;; esac
    for pid in $(printf '%s\\n' "$locks" | sed -n "s/.* POSIX .* \\([0-9][0-9]*\\) [^ :]*:[^ :]*:$inode .*/\\1/p"); do
      ls -l "/proc/$pid/fd" 2>/dev/null | grep -qF -- "-> $lock" || continue
      held_by "$pid"; exit
    done
  done | grep . && return`

export const apt: PackageManager = {
  database: dpkg,
  argument: (name, version) => `${name}=${version}`,
  install: ({ quiet, downgrade, removesNothing = false }) => [
    APT_SCRIPT,
    "haops-apt",
    quiet ? "quiet" : "start",
    ...APT,
    ...(downgrade ? ["--allow-downgrades"] : []),
    ...(removesNothing ? ["--no-remove"] : []),
    "install",
  ],
  offers: aptOffers,
  refresh: ["apt-get", "-q", "-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`, "-o", "APT::Update::Error-Mode=any", "update"],
  search: "apt-cache policy",
  release: (names) => `apt-mark unhold ${names.join(" ")}`,
  held: HELD,
}
