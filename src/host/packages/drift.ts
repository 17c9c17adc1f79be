import type { Drift } from "../../base/events.ts"
import type { Action } from "../../model/action.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { POLICY_PATH } from "./apt.ts"
import { haRepositories } from "./ha-repository.ts"
import { installAction, installArgument } from "./install.ts"
import { waitForLock } from "./lock.ts"
import type { PackageState } from "./state.ts"

/** A package, in a version (`*` at the end for any that begins so) or in whatever version is there. */
export interface PackageWant {
  name: string
  version: string | undefined
}

/** What is missing, unusable or of another version; and our own policy-rc.d, where a run was cut short. */
export function packageDrift(wanted: readonly PackageWant[], have: PackageState): readonly Drift[] {
  const drift: Drift[] = wanted.flatMap((one) => (satisfied(one, have) ? [] : [driftOf(one, have)]))
  if (have.policyLeft) {
    drift.push({ attribute: POLICY_PATH, have: "left by a run that was interrupted", want: "absent", risk: "none" })
  }
  return drift
}

/**
 * Wait for the lock where somebody holds it, then install what is missing in one go; with `haRepository` also from the vendor's
 * repository of pacemaker and its kin where that is disabled, as on a fresh host: it is enabled for this one command.
 */
export function planPackages(
  wanted: readonly PackageWant[],
  have: PackageState,
  facts: Pick<HostFacts, "packageManager" | "os">,
  { quiet, haRepository }: { quiet: boolean; haRepository: boolean },
): readonly Action[] {
  const actions: Action[] = have.heldBy === undefined ? [] : [waitForLock(have.heldBy)]
  const missing = wanted.filter((one) => !satisfied(one, have))
  if (have.policyLeft) actions.push({ type: "run", argv: ["rm", "-f", "--", POLICY_PATH] })
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => installArgument(facts.packageManager, name, version))
    const downgrade = missing.some(({ version }) => version !== undefined)
    const repositories = haRepository && have.repositories !== undefined ? haRepositories(have.repositories) : []
    actions.push(installAction(names, facts, { quiet, downgrade, repositories }))
  }
  return actions
}

/** Whether nothing is to be done about it. */
export function satisfied({ name, version }: PackageWant, { installed }: PackageState): boolean {
  const have = installed.get(name)
  return have !== undefined && (version === undefined || matches(have, version))
}

function matches(have: string, version: string): boolean {
  return version.endsWith("*") ? have.startsWith(version.slice(0, -1)) : have === version
}

function driftOf({ name, version }: PackageWant, { installed, broken }: PackageState): Drift {
  const have = installed.get(name)
  return {
    attribute: name,
    have: have ?? broken.get(name) ?? "absent",
    want: version ?? "installed",
    // A package that changes its version restarts what it runs.
    risk: have === undefined ? "none" : "restart",
  }
}
