import { HaopsError } from "../../base/errors.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import type { RunAction } from "../../model/step.ts"
import { LOCK_WAIT_S } from "./lock.ts"

/** Asked by Debian's maintainer scripts before they start a service; 101 says no (invoke-rc.d(8)). */
export const POLICY_PATH = "/usr/sbin/policy-rc.d"
/** Tells our policy-rc.d from anybody else's. */
export const POLICY_MARK = "placed by haops for the time of one installation"

/** Milliseconds for one installation, download and a wait for the lock included. */
const INSTALL_TIMEOUT_MS = 1_800_000

export interface InstallOptions {
  /** Services of the packages must not start. Matters on Debian; elsewhere they never do. */
  quiet: boolean
  /** High-availability repositories that the vendor ships disabled may be used. */
  haRepository: boolean
  /** A version is asked for, so going back is meant. */
  downgrade: boolean
}

/**
 * The command that installs `packages` (names, or as `installArgument` spells a version). Its output goes to a file on the node
 * and is shown on failure alone, so that a lost connection cannot break the manager's pipe in the middle of a transaction.
 * Throws `E_UNSUPPORTED` where the host has no known manager.
 */
export function installAction(
  packages: readonly string[],
  facts: Pick<HostFacts, "packageManager" | "os">,
  options: InstallOptions,
): RunAction {
  const manager = facts.packageManager
  if (manager === undefined) throw new HaopsError("E_UNSUPPORTED", `no known package manager on ${facts.os}`)
  return {
    type: "run",
    argv: ["sh", "-c", ...scriptOf(manager, options), ...commandOf(manager, options), ...packages],
    timeoutMs: INSTALL_TIMEOUT_MS,
    label: `${manager} install ${packages.join(" ")}`,
  }
}

/** How a manager is asked for one version of a package. */
export function installArgument(
  manager: HostFacts["packageManager"],
  name: string,
  version: string | undefined,
): string {
  if (version === undefined) return name
  return manager === "apt" || manager === "zypper" ? `${name}=${version}` : `${name}-${version}`
}

/** The script, its `$0` and its own arguments. */
function scriptOf(manager: Manager, { quiet, haRepository }: InstallOptions): readonly string[] {
  if (manager === "apt") return [APT_SCRIPT, "haops-apt", quiet ? "quiet" : "start"]
  if (manager === "zypper") return [`export ZYPP_LOCK_TIMEOUT=${LOCK_WAIT_S}\n${PLAIN_SCRIPT}`, "haops-install"]
  return [haRepository ? EL_SCRIPT : PLAIN_SCRIPT, "haops-install"]
}

function commandOf(manager: Manager, { downgrade }: InstallOptions): readonly string[] {
  switch (manager) {
    case "apt":
      return [...APT, ...(downgrade ? ["--allow-downgrades"] : []), "install"]
    case "dnf":
      return ["dnf", "-q", "-y", "--setopt=install_weak_deps=False", "install"]
    case "yum":
      // Without it yum takes "no such package" for success.
      return ["yum", "-q", "-y", "--setopt=skip_missing_names_on_install=False", "install"]
    case "zypper":
      return [...ZYPPER, "install", "--no-recommends", ...(downgrade ? ["--oldpackage"] : [])]
  }
}

type Manager = NonNullable<HostFacts["packageManager"]>

const ZYPPER = ["zypper", "--non-interactive", "--quiet"] as const
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

/** Common start: `logged COMMAND…` keeps its output on the node, and neither a hang-up nor a lost pipe ends it half-way. */
const LOGGED = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH
log=$(mktemp) || exit
trap '' HUP
trap 'rm -f -- "$log"' EXIT
logged() { "$@" >"$log" 2>&1; }
fail() { cat -- "$log" >&2; exit "$1"; }
`

const PLAIN_SCRIPT = `${LOGGED}
logged "$@" || fail $?`

/** Vendors keep pacemaker in a repository that is disabled on a fresh host; it is enabled for this one command. */
const EL_SCRIPT = `${LOGGED}
manager=$1; shift
for repository in $("$manager" -q repolist disabled 2>/dev/null | awk '{
  sub(/^[*!]/, "", $1); sub(/\\/.*/, "", $1)
  if (tolower($1) ~ /^(ha|highavailability|.*-highavailability(-rpms)?|rhel-ha-for-.*-rpms|ol[0-9]+_addons)$/) print $1
}'); do
  set -- "--enablerepo=$repository" "$@"
done
logged "$manager" "$@" || fail $?`

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
