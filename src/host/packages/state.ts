import { quote } from "../../base/sh.ts"
import type { Probe, ProbeOutput, Question } from "../../model/probe.ts"
import { readAnswer } from "../answer.ts"
import { tellShared } from "../shared.ts"
import { POLICY_MARK, POLICY_PATH } from "./apt.ts"
import { HELD_BY } from "./lock.ts"
import { LOCK_KEYS, LOCKS_SCRIPT, type PackageLocks, readLocks } from "./locks.ts"
import { askPackages, type InstalledPackages, PACKAGE_KEYS, readPackages } from "./packages.ts"

/** What the package database says, and what installing has to know besides. */
export interface PackageState extends InstalledPackages {
  /** Who holds the manager's lock, such as `unattended-upgr (pid 812)`. Asked only where something is to be installed. */
  heldBy: string | undefined
  /** Our policy-rc.d is still there: a run was cut short, and packages cannot start their services. */
  policyLeft: boolean
  locks: PackageLocks
}

/** Asks for all `names`, along with everybody who asks for packages, and so perhaps for more. */
export function packageQuestion(names: readonly string[]): Pick<Probe<PackageState>, "script" | "shared"> {
  const packages = askPackages(names)
  const script = `${tellShared(packages)}
if [ -e ${POLICY_PATH} ] && grep -qs ${quote(POLICY_MARK)} ${POLICY_PATH}; then echo 'policy left'; fi
${LOCKS_SCRIPT}`
  return { script, shared: [packages] }
}

/** The same with who keeps the manager busy, where not all of any of these lists is installed. */
export function askLock(
  have: PackageState,
  wanted: readonly (readonly string[])[],
): Question<PackageState> | undefined {
  const complete = wanted.some((names) => names.every((name) => have.installed.has(name)))
  if (complete) return undefined
  return {
    script: `${HELD_BY} || :`,
    parse: ({ stdout }) => ({ ...have, heldBy: readAnswer(stdout, ["held"]).one("held") }),
  }
}

/** Reads what `packageScript` printed. Throws `E_PROBE` on anything else. */
export function parsePackages({ stdout }: ProbeOutput): PackageState {
  const answer = readAnswer(stdout, [...PACKAGE_KEYS, "policy", ...LOCK_KEYS])
  const policyLeft = answer.one("policy") !== undefined
  return { ...readPackages(answer.all), heldBy: undefined, policyLeft, locks: readLocks(answer.all) }
}
