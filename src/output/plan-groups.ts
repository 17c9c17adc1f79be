import { cleanLine } from "../base/clean.ts"
import type { Drift } from "../base/events.ts"
import type { Plan, PlannedStep } from "../engine/plan-model.ts"

/** The same change on one host or several. */
export interface PlanGroup {
  step: PlannedStep
  hosts: readonly string[]
}

/** The plan's steps in order, those that change the same thing in the same way on several hosts as one. */
export function groupSteps(plan: Plan): readonly PlanGroup[] {
  const groups = new Map<string, { step: PlannedStep; hosts: string[] }>()
  for (const step of plan.stages.flatMap(({ steps }) => steps)) {
    const key = groupKey(step)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { step, hosts: [step.host] })
    else group.hosts.push(step.host)
  }
  return [...groups.values()]
}

/** `haproxy config`; with the stage before it where the title does not begin with its name. */
export function stepLabel({ stage, title }: Pick<PlannedStep, "stage" | "title">): string {
  const shown = cleanLine(title)
  return shown.toLowerCase().startsWith(stage.toLowerCase()) ? shown : `${stage}: ${shown}`
}

/** Whether this step is the edit of the cluster's configuration that is pushed as one. */
export function isTransaction({ transaction }: Pick<PlannedStep, "transaction">): boolean {
  return transaction === true
}

function groupKey({ stage, title, scope, drift, actions, expected, blocked }: PlannedStep): string {
  return JSON.stringify([stage, title, scope, drift.map(driftKey), actions, expected, blocked])
}

/** Two files that differ in the same lines are the same change, though their checksums differ. */
function driftKey({ attribute, have, want, risk, diff, expected }: Drift) {
  return diff === undefined ? [attribute, have, want, risk, expected] : [attribute, want, risk, diff, expected]
}
