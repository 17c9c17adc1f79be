import type { Drift, Transition } from "../base/events.ts"
import { isDoable, type Plan, type PlannedStep } from "./plan-model.ts"

/** Something that is not done before the operator has agreed to it. */
export interface Cost {
  /** The same as long as it is the same thing. */
  key: string
  /** What the agreement of `--yes` covers: more of a kind that was shown, none that was not. */
  kind: string
  /** For people. */
  text: string
}

/** What has come on top of what was agreed to. */
export interface News {
  /** Everything that is new. */
  costs: readonly Cost[]
  /** What of it is of a kind that was not shown either. */
  strange: readonly Cost[]
}

/** What a plan asks about, or would have the cluster do to what runs. */
export function costsOf(plan: Plan): readonly Cost[] {
  return [
    ...plan.findings.flatMap(({ finding: { ask, message } }) => (ask ? [question(message)] : [])),
    ...plan.transitions.filter(disturbs).map(disturbance),
    ...plan.stages.flatMap(({ steps }) =>
      steps.filter(isDoable).flatMap((step) => step.drift.filter(interrupts).map(risk(step))),
    ),
  ]
}

/** Undefined where everything was agreed to. */
export function newsOf(agreed: readonly Cost[], now: readonly Cost[]): News | undefined {
  const keys = new Set(agreed.map(({ key }) => key))
  const kinds = new Set(agreed.map(({ kind }) => kind))
  const costs = now.filter(({ key }) => !keys.has(key))
  return costs.length === 0 ? undefined : { costs, strange: costs.filter(({ kind }) => !kinds.has(kind)) }
}

/** True for what happens to a resource that runs. */
export function disturbs({ action }: Transition): boolean {
  return action !== "start" && action !== "stay"
}

/** `the cluster would move vip (c1 → c2)`. */
export function describeDisturbance({ resource, action, node, from }: Transition): string {
  const place = from === undefined ? `on ${node ?? "a node"}` : `${from} → ${node}`
  return `the cluster would ${action} ${resource} (${place})`
}

/** With other numbers it is the same question. */
function question(message: string): Cost {
  return { key: message, kind: message.replace(/\d+/g, "#"), text: message }
}

function disturbance(transition: Transition): Cost {
  const text = describeDisturbance(transition)
  return { key: text, kind: `${transition.action} of ${transition.resource}`, text }
}

function interrupts({ risk }: Drift): boolean {
  return risk === "restart" || risk === "failover"
}

/** A step for all is the same one whichever member does it. */
function risk({ kind, scope, host, title }: PlannedStep): (drift: Drift) => Cost {
  const place = scope === "once" ? "" : `${host}: `
  return ({ attribute, risk }) => ({
    key: `${place}${title}: ${attribute}: ${risk}`,
    kind: `${risk} by ${kind}`,
    text: `${title} would cause a ${risk} (${host}): ${attribute}`,
  })
}
