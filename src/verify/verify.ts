import type { Finding } from "../base/events.ts"
import { count, listing } from "../base/words.ts"
import { answersTo } from "../engine/answered.ts"
import type { Assessment } from "../engine/assess.ts"
import { type Check, check } from "../model/check.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { OBSERVATION } from "../status/observe.ts"

/** What was found of a running cluster. Pure data. */
interface Verified extends Omit<Seen, "assessed"> {
  /** Of every task of the playbook, on every host. */
  assessments: readonly Assessment[]
}

/** Every check of a running cluster, in the order in which one depends on another. Pure. */
export function runChecks(verified: Verified, views: readonly View[]): readonly Check[] {
  const { look, assessments } = verified
  const assessed: Seen["assessed"] = ({ kind }) => assessments.filter(({ task }) => task.step.kind === kind)
  return [
    reachedCheck(look),
    ...views.flatMap(({ checks }) => checks?.({ ...verified, assessed }) ?? []),
    inventoryCheck(verified, views),
  ]
}

/** Every host answers: first, since without it little else can be known. */
function reachedCheck(look: Look): Check {
  const { hosts } = look.inventory
  const fails = hosts.flatMap(({ name }) => {
    const { facts, error } = look.host(name)
    return facts !== undefined && error === undefined ? [] : [`${name}: ${error?.message ?? "no answer"}`]
  })
  return check("hosts", "every host answers", [listing(hosts.map(({ name }) => name))], { fails })
}

/** Everything else that `haops up` would look at. That it would change something is no fault of the cluster; what it could not look at is. */
function inventoryCheck({ look, assessments, unasked }: Verified, views: readonly View[]): Check {
  const judged = new Set(views.flatMap(({ judges = [] }) => judges.map(({ kind }) => kind)))
  const others = assessments.filter(({ task: { step } }) => !judged.has(step.kind) && !answersTo(step, OBSERVATION))
  const silent = look.inventory.hosts.filter(({ name }) => !look.asked(name))
  const failed = others.flatMap(({ task, host, error }) =>
    error === undefined ? [] : [`${task.title} on ${host}: ${error.message}`],
  )
  const findings = (severity: Finding["severity"]) =>
    others.flatMap(({ host, findings }) =>
      findings.filter((one) => one.severity === severity).map(({ message }) => `${host}: ${message}`),
    )
  const drifted = others.filter(({ drift }) => drift.length > 0)
  const drift = drifted.map(({ task, host }) => (task.step.scope === "once" ? task.title : `${task.title} on ${host}`))
  return check(
    "inventory",
    `everything else is as ${look.inventory.file} says`,
    [`${count(others.length, "step")} in sync`],
    {
      fails: [
        ...silent.map(({ name }) => `${name} could not be asked`),
        ...unasked.map(({ step, reason }) => `${step} was not compared: ${reason}`),
        ...failed,
        ...findings("error"),
      ],
      warnings: [
        ...(drift.length > 0 ? [`differs: ${listing(drift, 9)}; see haops plan`] : []),
        ...findings("warning"),
      ],
    },
  )
}
