import { readAnswer } from "../host/answer.ts"
import { ADDRESSES } from "../host/network.ts"
import { haRepositories } from "../host/packages/ha-repository.ts"
import { HELD_BY } from "../host/packages/lock.ts"
import { LOCK_KEYS, LOCKS_SCRIPT, type PackageLocks, readLocks } from "../host/packages/locks.ts"
import type { Offers } from "../host/packages/manager.ts"
import { REPOSITORIES_SCRIPT, REPOSITORY_KEYS, readRepositories } from "../host/packages/repositories.ts"
import { askOffers, type Installed, readStock, STOCK_SCRIPT, withSiblings } from "../host/packages/stock.ts"
import { MANAGERS } from "../host/packages/systems.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { Probe } from "../model/probe.ts"
import { CRM_MON, type CrmStatus, parseCrmMon } from "../pacemaker/crm-mon.ts"
import { STATE_DIRECTORY } from "../pacemaker/ownership.ts"

/** Lies on a node while it is upgraded, so that whoever runs haops next, from wherever, goes on there. */
export const MARK = `${STATE_DIRECTORY}/upgrade`

/** What a node's upgrade that was begun and not finished still owes it. */
export interface Unfinished {
  /** Units that are to restart. */
  units: readonly string[]
  /** It was put in standby for it, by haops. */
  standby: boolean
}

/** What a host shows of its versions, and of how it stands. */
export interface UpgradeState {
  manager: HostFacts["packageManager"]
  /** What the stack needs, with what was built along with it. */
  installed: readonly Installed[]
  offers: Offers
  /** The package by whose version the distribution tells its release. */
  release: Installed | undefined
  /** Repositories that are disabled, and used for this. */
  repositories: readonly string[]
  heldBy: string | undefined
  /** What an rpm system's manager was told to leave alone; Debian's says it of each package that is installed. */
  locks: PackageLocks
  unfinished: Unfinished | undefined
  /** Undefined where the cluster does not run on this host. */
  status: CrmStatus | undefined
  /** As `ip -o addr show` has them, without their prefixes. */
  addresses: ReadonlySet<string>
  /** Units that run. */
  active: ReadonlySet<string>
}

/** `names` are those of every family: only what is installed is asked about. */
export function upgradeProbe(names: readonly string[], units: readonly string[]): Probe<UpgradeState> {
  return {
    shared: [CRM_MON, ADDRESSES],
    script: askAll({
      stock: STOCK_SCRIPT,
      manager: `{ ${HELD_BY}\n} || :
for manager in ${Object.keys(MANAGERS).join(" ")}; do
  if command -v "$manager" >/dev/null 2>&1; then echo "manager $manager"; break; fi
done
${REPOSITORIES_SCRIPT}
${LOCKS_SCRIPT}`,
      mark: `cat ${MARK} 2>/dev/null || :`,
      status: tellShared(CRM_MON),
      addresses: tellShared(ADDRESSES),
      active: `for unit in ${units.join(" ")}; do
  if systemctl --quiet is-active "$unit.service"; then echo "$unit"; fi
done`,
    }),
    parse({ stdout }) {
      const said = partsOf(stdout, ["stock", "manager", "mark", "status", "addresses", "active"])
      const stock = readStock(said.stock)
      const answer = readAnswer(said.manager, ["held", "manager", ...REPOSITORY_KEYS, ...LOCK_KEYS])
      return {
        manager: answer.one("manager") as HostFacts["packageManager"],
        installed: withSiblings(stock, names),
        release: stock.find(({ name }) => RELEASE.includes(name)),
        offers: { candidates: new Map(), versions: new Map() },
        repositories: haRepositories(readRepositories(answer.all)),
        heldBy: answer.one("held"),
        locks: readLocks(answer.all),
        unfinished: said.mark === "" ? undefined : readMark(said.mark),
        status: parseCrmMon(said.status),
        addresses: new Set([...said.addresses.matchAll(/ inet6? ([^ /]+)/g)].map(([, address]) => address!)),
        active: new Set(said.active.split("\n").filter((unit) => unit !== "")),
      }
    },
    further(have) {
      const { manager, installed, repositories } = have
      if (manager === undefined || installed.length === 0) return undefined
      const asked = [...installed, ...(have.release === undefined ? [] : [have.release])].map(({ name }) => name)
      const question = askOffers(manager, asked, repositories)
      return { ...question, parse: (output) => ({ ...have, offers: question.parse(output) }) }
    },
  }
}

/** Packages whose version is the distribution's own: Debian's and Ubuntu's, Enterprise Linux's, Fedora's and Amazon's, SUSE's. */
export const RELEASE: readonly string[] = [
  "base-files",
  ...["redhat", "rocky", "almalinux", "centos", "centos-stream", "oraclelinux"].map((name) => `${name}-release`),
  ...["fedora-release-common", "system-release"],
  ...["openSUSE", "Leap", "sles"].map((name) => `${name}-release`),
]

/** Lines of the mark: `restart UNIT`, `standby`. */
export function markOf({ units, standby }: Unfinished): string {
  return [...units.map((unit) => `restart ${unit}`), ...(standby ? ["standby"] : [])].join("\n")
}

function readMark(text: string): Unfinished {
  const answer = readAnswer(text, ["restart", "standby"])
  return { units: answer.all("restart"), standby: answer.one("standby") !== undefined }
}
