import type { Drift, Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import type { Action } from "../../model/action.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { POLICY_PATH } from "./apt.ts"
import { installAction, installArgument } from "./install.ts"
import { waitForLock } from "./lock.ts"
import type { InstallOptions } from "./manager.ts"
import type { PackageState } from "./state.ts"
import { MANAGERS } from "./systems.ts"

/** A package, in a version (`*` at the end for any that begins so) or in whatever version is there. */
interface PackageWant {
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

/** Wait for the lock where somebody holds it, then install what is missing in one go. */
export function planPackages(
  wanted: readonly PackageWant[],
  have: PackageState,
  facts: Pick<HostFacts, "packageManager" | "os">,
  options: Omit<InstallOptions, "downgrade">,
): readonly Action[] {
  const actions: Action[] = have.heldBy === undefined ? [] : [waitForLock(have.heldBy)]
  const missing = wanted.filter((one) => !satisfied(one, have))
  if (have.policyLeft) actions.push({ type: "run", argv: ["rm", "-f", "--", POLICY_PATH] })
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => installArgument(facts.packageManager, name, version))
    const downgrade = missing.some(({ version }) => version !== undefined)
    actions.push(installAction(names, facts, { ...options, downgrade }))
  }
  return actions
}

/** What cannot be installed or changed, because somebody decided that the manager leaves it as it is. */
export function packageFindings(
  wanted: readonly PackageWant[],
  have: PackageState,
  manager: HostFacts["packageManager"] = "apt",
): readonly Finding[] {
  const due = wanted.filter((one) => !satisfied(one, have))
  const names = due.filter(({ name }) => have.kept.has(name) || have.locks.locked(name)).map(({ name }) => name)
  return [...(names.length === 0 ? [] : [onHold(names, manager)]), ...due.flatMap((one) => pinned(one, have, manager))]
}

type Manager = NonNullable<HostFacts["packageManager"]>

function onHold(names: readonly string[], manager: Manager): Finding {
  const [is, it] = names.length === 1 ? ["is", "it"] : ["are", "them"]
  const message = `${listing(names, 9)} ${is} needed, and on hold: somebody told ${manager} to leave ${it} alone`
  return { severity: "error", message, hint: `If that is over, on the host: ${MANAGERS[manager].release(names)}` }
}

/** Whether a version that a package is held at can still be had only its repository knows; that another one cannot is certain. */
function pinned({ name, version }: PackageWant, { locks }: PackageState, manager: Manager): Finding[] {
  const versions = locks.versions(name)
  if (versions === undefined) return []
  const only = `somebody told ${manager} to take ${listing(versions, 9)} only`
  const hint = `If that is over, on the host: ${MANAGERS[manager].release([name])}`
  if (version === undefined) return [{ severity: "warning", message: `${name} is needed, and ${only}`, hint }]
  if (versions.some((one) => overlap(one, version))) return []
  return [{ severity: "error", message: `${name} is needed as ${version}, and ${only}`, hint }]
}

/** True where a version may be both, as far as it is told before the first `*`. */
function overlap(a: string, b: string): boolean {
  const [[one = "", ...more], [other = "", ...others]] = [a.split("*"), b.split("*")]
  if (more.length + others.length === 0) return one === other
  return (more.length > 0 && other.startsWith(one)) || (others.length > 0 && one.startsWith(other))
}

function satisfied({ name, version }: PackageWant, { installed }: PackageState): boolean {
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
