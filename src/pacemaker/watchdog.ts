import type { Finding } from "../base/events.ts"
import { listing, saidOnce } from "../base/words.ts"
import type { Members } from "../model/step.ts"
import type { Cib } from "./cib.ts"
import type { CibHave } from "./cib-probe.ts"
import type { Desired } from "./desired.ts"
import type { RunningSbd } from "./sbd-question.ts"
import { tooShort, WATCHDOG_TIMEOUTS, watchdogTimeout } from "./watchdog-timeout.ts"

/**
 * What is wanted, without counting on watchdogs as long as they are not there on every node: pacemaker shuts itself down at once, on
 * each node where sbd does not run or has more time than the cluster gives it.
 */
export function heldBack(
  desired: Desired,
  { elected, all, missing }: Pick<Members<CibHave>, "elected" | "all" | "missing">,
): { desired: Desired; findings: readonly Finding[] } {
  const { property } = desired.sections
  const wanted = watchdogTimeout(property)
  const have = elected.have.cib.sections.property.values
  if (elected.have.cluster !== "up" || wanted === undefined || wanted === watchdogTimeout(have))
    return { desired, findings: [] }
  const reasons = [
    ...(missing.length === 0 ? [] : [`${listing(missing)} could not be asked`]),
    ...reasonsOf(all, wanted),
  ]
  if (reasons.length === 0) return { desired, findings: [] }
  const finding: Finding = {
    severity: "warning",
    message: `fencing by watchdog waits: ${listing(reasons)}`,
    hint: "The cluster's timeout stays as it is until then: pacemaker shuts itself down where sbd does not go with it.",
  }
  return { desired: withoutWatchdog(desired, elected.have.cib), findings: [finding] }
}

function reasonsOf(all: Members<CibHave>["all"], wanted: string): readonly string[] {
  const said = all.flatMap(({ host, have }) => {
    const what = reasonOf(wanted, have.sbd)
    return what === undefined ? [] : [{ of: host, what }]
  })
  return saidOnce(said).map(({ what, of }) => `${what} on ${listing(of)}`)
}

function reasonOf(wanted: string, sbd: RunningSbd | undefined): string | undefined {
  if (sbd === undefined || sbd === "off") return "sbd does not run"
  if (sbd.seconds === undefined) return "pacemaker was started without sbd's settings"
  return tooShort(wanted, sbd.seconds)
}

/** The property as the cluster has it, and fencing too, where nothing else could fence. */
function withoutWatchdog(desired: Desired, cib: Cib): Desired {
  const kept = desired.resources.some(({ fencing }) => fencing)
    ? WATCHDOG_TIMEOUTS
    : [...WATCHDOG_TIMEOUTS, "stonith-enabled"]
  const have = cib.sections.property.values
  const wanted = Object.entries(desired.sections.property).filter(([name]) => !kept.some((one) => one === name))
  const held = kept.flatMap((name) => (have[name] === undefined ? [] : [[name, have[name]] as const]))
  return { ...desired, sections: { ...desired.sections, property: Object.fromEntries([...wanted, ...held]) } }
}
