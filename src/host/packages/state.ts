import { quote } from "../../base/sh.ts"
import type { Probe, ProbeOutput, Question } from "../../model/probe.ts"
import { readAnswer } from "../answer.ts"
import { tellShared } from "../shared.ts"
import { POLICY_MARK, POLICY_PATH } from "./apt.ts"
import { HELD_BY } from "./lock.ts"
import { LOCK_KEYS, LOCKS_SCRIPT, type PackageLocks, readLocks } from "./locks.ts"
import { askPackages, type InstalledPackages, PACKAGE_KEYS, readPackages } from "./packages.ts"
import { REPOSITORIES_SCRIPT, REPOSITORY_KEYS, type Repositories, readRepositories } from "./repositories.ts"

/** What the package database says, and what installing has to know besides. */
export interface PackageState extends InstalledPackages {
  /** Who holds the manager's lock, such as `unattended-upgr (pid 812)`. Asked only where something is to be installed. */
  heldBy: string | undefined
  /** Our policy-rc.d is still there: a run was cut short, and packages cannot start their services. */
  policyLeft: boolean
  locks: PackageLocks
  /** Asked where something is to be installed. */
  repositories?: Repositories | undefined
}

/** Asks for all `names`, along with everybody who asks for packages, and so perhaps for more. */
export function packageQuestion(names: readonly string[]): Pick<Probe<PackageState>, "script" | "shared"> {
  const packages = askPackages(names)
  const script = `${tellShared(packages)}
if [ -e ${POLICY_PATH} ] && grep -qs ${quote(POLICY_MARK)} ${POLICY_PATH}; then echo 'policy left'; fi
${LOCKS_SCRIPT}`
  return { script, shared: [packages] }
}

/** The same with what an installation meets there: who keeps the manager busy, and where it takes packages from. Not asked where all of any of these lists is installed. */
export function askInstallation(
  have: PackageState,
  wanted: readonly (readonly string[])[],
): Question<PackageState> | undefined {
  const complete = wanted.some((names) => names.every((name) => have.installed.has(name)))
  if (complete) return undefined
  return {
    script: `{ ${HELD_BY}
} || :
${REPOSITORIES_SCRIPT}`,
    parse({ stdout }) {
      const answer = readAnswer(stdout, ["held", ...REPOSITORY_KEYS])
      return { ...have, heldBy: answer.one("held"), repositories: readRepositories(answer.all) }
    },
  }
}

/** Reads what `packageScript` printed. Throws `E_PROBE` on anything else. */
export function parsePackages({ stdout }: ProbeOutput): PackageState {
  const answer = readAnswer(stdout, [...PACKAGE_KEYS, "policy", ...LOCK_KEYS])
  const policyLeft = answer.one("policy") !== undefined
  return { ...readPackages(answer.all), heldBy: undefined, policyLeft, locks: readLocks(answer.all) }
}
