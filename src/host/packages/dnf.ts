import { heldByPid, type PackageManager, type PackageOffers, PLAIN_SCRIPT } from "./manager.ts"
import { dnfOffers, yumOffers } from "./offers.ts"
import { rpm } from "./rpm.ts"

/** Enterprise Linux's: dnf, and yum before it. */
function managerOf(command: readonly string[], held: readonly string[], offers: PackageOffers): PackageManager {
  return {
    database: rpm,
    argument: (name, version) => `${name}-${version}`,
    install: ({ repositories }) => [
      ...[PLAIN_SCRIPT, "haops-install", ...command],
      ...repositories.map((id) => `--enablerepo=${id}`),
      "install",
    ],
    offers,
    // The one that tells of packages fetches it where it is out of date; this one does so where it is not, too.
    refresh: [command[0]!, "-q", "--setopt=metadata_expire=0", "makecache"],
    search: `${command[0]} repolist all`,
    release: (names) => `${command[0]} versionlock delete ${names.join(" ")}`,
    held: heldByPid(held),
  }
}

export const dnf = managerOf(
  ["dnf", "-q", "-y", "--setopt=install_weak_deps=False"],
  ["/var/cache/dnf/metadata_lock.pid", "/var/cache/dnf/download_lock.pid", "/var/lib/dnf/rpmdb_lock.pid"],
  dnfOffers,
)

/** Without the option yum takes "no such package" for success. */
export const yum = managerOf(
  ["yum", "-q", "-y", "--setopt=skip_missing_names_on_install=False"],
  ["/run/yum.pid"],
  yumOffers,
)
