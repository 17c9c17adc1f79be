import { cleanLine } from "../base/clean.ts"
import { RISKS, type Risk, type Transition } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import { count, listing } from "../base/words.ts"
import type { Plan, PlannedStep } from "../engine/plan-model.ts"
import { isTransaction, stepLabel } from "./plan-groups.ts"
import { displayWidth, wrap } from "./width.ts"
import { inventoryFlags, nothingToDo } from "./words.ts"

/** `3 hosts to change, 1 cluster transaction, nothing restarts. Apply with: haops up -i prod.yaml`, the command never broken, and left out where the plan is asked about. */
export function planClosing(plan: Plan, width: number, asked = false): readonly string[] {
  const { said, command } = asked ? { ...closing(plan), command: undefined } : closing(plan)
  const whole = [said, command].filter((part) => part !== undefined).join(" ")
  if (displayWidth(whole) <= width) return [whole]
  return command === undefined ? wrap(said, width) : [...wrap(said, width), command]
}

function closing(plan: Plan): { said: string; command?: string } {
  const steps = plan.stages.flatMap((stage) => stage.steps)
  const doable = steps.filter((step) => step.blocked === undefined)
  const away = plan.hosts.filter(({ state }) => state !== "reached").map(({ host }) => host)
  const stopped = plan.findings.filter(({ finding }) => finding.severity === "error").length
  if (steps.length === 0) return { said: nothing(plan, away, stopped) }
  const amounts = [...sizes(doable), ...blockedSize(steps.length - doable.length)]
  const cost = doable.length > 0 ? [costOf(plan, doable)] : []
  const left = away.length > 0 ? ` ${listing(away)} ${away.length === 1 ? "is" : "are"} left alone.` : ""
  const said = `${[...amounts, ...cost].join(", ")}.${left}`
  if (stopped > 0) return { said: said + howToRepair(stopped) }
  if (doable.length === 0) return { said }
  const saved = plan.savedTo === undefined ? "" : ` --plan ${quote(plan.savedTo)}`
  return { said, command: `Apply with: haops up ${inventoryFlags(plan)}${saved}` }
}

function nothing(plan: Plan, away: readonly string[], stopped: number): string {
  const reached = plan.hosts.length - away.length
  const repair = stopped > 0 ? howToRepair(stopped) : ""
  if (away.length === 0 && stopped === 0) return nothingToDo(reached, plan.inventory, plan.ms)
  if (away.length === 0) return `Nothing to do that haops may do.${repair}`
  if (reached === 0)
    return `None of ${count(plan.hosts.length, "host")} could be reached; what there is to do is not known.`
  return `Nothing to do on ${count(reached, "host")}; not known for ${listing(away)}.${repair}`
}

function howToRepair(stopped: number): string {
  return ` ${count(stopped, "error")} above ${stopped === 1 ? "stops its host" : "stop their hosts"}: repair first, then plan again.`
}

function sizes(steps: readonly PlannedStep[]): readonly string[] {
  const hosts = new Set(steps.filter(({ scope }) => scope === "each").map(({ host }) => host)).size
  const transactions = steps.filter(isTransaction).length
  const others = steps.filter(({ scope }) => scope === "once").length - transactions
  return [
    ...(hosts > 0 ? [`${count(hosts, "host")} to change`] : []),
    ...(others > 0 ? [count(others, "cluster step")] : []),
    ...(transactions > 0 ? [count(transactions, "cluster transaction")] : []),
  ]
}

function blockedSize(blocked: number): readonly string[] {
  return blocked > 0 ? [`${count(blocked, "step")} blocked`] : []
}

const DISTURBING: Readonly<Record<string, string>> = {
  stop: "stops",
  move: "moves",
  migrate: "moves live",
  restart: "restarts",
  demote: "is demoted",
}

/** The worst in words. Where the cluster was asked, its answer counts, not what its steps might cost at worst. */
function costOf(plan: Plan, steps: readonly PlannedStep[]): string {
  const asked = plan.transitions.length > 0
  const weighed = asked ? steps.filter((step) => !isTransaction(step)) : steps
  const worst = worstOf(weighed)
  const moved = disturbances(plan.transitions)
  const own = worst === "restart" || worst === "failover" ? [riskOf(worst, weighed)] : []
  const words = [...moved, ...own]
  return words.length === 0 ? "nothing restarts" : words.join(", ")
}

function riskOf(risk: "restart" | "failover", steps: readonly PlannedStep[]): string {
  const causes = steps.filter((step) => step.drift.some((drift) => drift.risk === risk)).map(stepLabel)
  const what = risk === "restart" ? "restarts a service" : "can cost a failover"
  return `${listing([...new Set(causes)], 3)} ${what}`
}

function disturbances(transitions: readonly Transition[]): readonly string[] {
  const said = transitions.flatMap(({ resource, action }) => {
    const verb = DISTURBING[action]
    return verb === undefined ? [] : [`${cleanLine(resource)} ${verb}`]
  })
  return [...new Set(said)]
}

function worstOf(steps: readonly PlannedStep[]): Risk {
  const ranks = steps.flatMap((step) => step.drift.map((drift) => RISKS.indexOf(drift.risk)))
  return RISKS[Math.max(0, ...ranks)] ?? "none"
}
