import { heldByPid, LOGGED, type PackageManager, PLAIN_SCRIPT } from "./manager.ts"
import { rpm } from "./rpm.ts"

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

/** Enterprise Linux's: dnf, and yum before it. */
function managerOf(command: readonly string[], held: readonly string[]): PackageManager {
  return {
    database: rpm,
    argument: (name, version) => `${name}-${version}`,
    install: ({ haRepository }) => [haRepository ? EL_SCRIPT : PLAIN_SCRIPT, "haops-install", ...command, "install"],
    release: (names) => `${command[0]} versionlock delete ${names.join(" ")}`,
    held: heldByPid(held),
  }
}

export const dnf = managerOf(
  ["dnf", "-q", "-y", "--setopt=install_weak_deps=False"],
  ["/var/cache/dnf/metadata_lock.pid", "/var/cache/dnf/download_lock.pid", "/var/lib/dnf/rpmdb_lock.pid"],
)

/** Without the option yum takes "no such package" for success. */
export const yum = managerOf(["yum", "-q", "-y", "--setopt=skip_missing_names_on_install=False"], ["/run/yum.pid"])
