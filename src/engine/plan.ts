import { asHaopsError } from "../base/errors.ts"
import { RISKS, type Risk } from "../base/events.ts"
import type { Action } from "../model/action.ts"
import type { Inventory } from "../model/inventory.ts"
import { type Assessment, assessAll } from "./assess.ts"
import type { RunContext } from "./context.ts"
import { describeAction } from "./describe.ts"
import { isDoable, type Plan, type PlannedHost, type PlannedStage, type PlannedStep } from "./plan-model.ts"
import type { Barrier } from "./task.ts"
import { orderNotes } from "./waves.ts"
import { isLive, type World } from "./world.ts"

/** Everything known about a run before it touches anything. */
export interface PlanResult {
  plan: Plan
  assessments: readonly Assessment[]
}

/**
 * What a run over these barriers would do, from the answers in `context.world`. Rehearses cluster transactions where it can, or those
 * that are `worth` it.
 */
export async function planRun(
  context: RunContext,
  inventory: Inventory,
  barriers: readonly Barrier[],
  startedAt: number,
  worth: (one: Assessment) => boolean = () => true,
): Promise<PlanResult> {
  const assessments = barriers.flatMap((barrier) => assessAll(barrier, context.world))
  const simulated = await simulate(context, assessments.filter(worth))
  const standings = assessments.flatMap(({ standing }) => standing ?? [])
  const steps = assessments.filter((one) => one.drift.length > 0).map(plannedStep)
  const plan: Plan = {
    cluster: inventory.name,
    inventory: inventory.file,
    ...(inventory.files && { inventoryFiles: inventory.files }),
    hosts: [...context.world.values()].map((state) => plannedHost(context.world, state.host.name, assessments)),
    stages: stagesOf(barriers, steps, assessments),
    findings: assessments.flatMap(({ task, host, findings }) =>
      findings.map((finding) => ({ host, step: task.title, finding })),
    ),
    standing: standings.find(({ headline }) => headline !== undefined)?.headline,
    transitions: simulated.flatMap(({ transitions }) => transitions),
    notes: [
      ...orderNotes(assessments),
      ...simulated.flatMap(({ notes }) => notes),
      ...standings.flatMap(({ notes = [] }) => notes),
    ],
    risk: worst(steps.filter(isDoable).flatMap((step) => step.drift.map((drift) => drift.risk))),
    ms: Date.now() - startedAt,
  }
  return { plan, assessments }
}

/** A simulation takes seconds for a large change: before a barrier only what may interrupt is simulated once more. */
export function interrupts({ drift }: Assessment): boolean {
  return drift.some(({ risk }) => risk === "restart" || risk === "failover")
}

/** Ask the cluster what it would do. Read-only; a simulation that fails says so in the notes, since the plan is whole without it. */
async function simulate(context: RunContext, assessments: readonly Assessment[]) {
  const wanted = assessments.flatMap(({ simulation, host, task }) =>
    simulation ? [{ simulation: simulation, host, task }] : [],
  )
  return await Promise.all(
    wanted.map(async ({ simulation, host, task }) => {
      const state = context.world.get(host)
      if (!isLive(state)) return { transitions: [], notes: [] }
      try {
        const argv = ["sh", "-s"]
        const result = await state.transport.exec({ argv, stdin: simulation.script, timeoutMs: 120_000 }, context.abort)
        if (result.code === 0) return simulation.parse(result)
        return notSimulated(task.title, host, result.stderr.trim() || `exit ${result.code}`)
      } catch (thrown) {
        return notSimulated(task.title, host, asHaopsError(thrown).message)
      }
    }),
  )
}

function notSimulated(title: string, host: string, why: string) {
  return { transitions: [], notes: [`The effect of ${title} could not be simulated on ${host}: ${why}`] }
}

function plannedStep({ task, host, drift, actions, blocked }: Assessment): PlannedStep {
  return {
    stage: task.stage,
    host,
    kind: task.step.kind,
    title: task.title,
    scope: task.step.scope,
    ...(task.step.role === "transaction" ? { transaction: true } : {}),
    drift,
    actions: actions.map(describeAction),
    ...detailsOf(actions),
    expected: drift.some((one) => one.expected === true),
    blocked,
  }
}

function detailsOf(actions: readonly Action[]): Pick<PlannedStep, "details"> {
  const details = actions.flatMap((action) => (action.type === "run" ? (action.detail?.split("\n") ?? []) : []))
  return details.length === 0 ? {} : { details }
}

function stagesOf(
  barriers: readonly Barrier[],
  steps: readonly PlannedStep[],
  assessments: readonly Assessment[],
): PlannedStage[] {
  const names = [...new Set(barriers.map((barrier) => barrier.stage))]
  return names.map((stage) => ({
    stage,
    steps: steps.filter((step) => step.stage === stage),
    inSync: assessments.filter((one) => one.task.stage === stage && one.drift.length === 0 && !one.error).length,
  }))
}

function plannedHost(world: World, host: string, assessments: readonly Assessment[]): PlannedHost {
  const failure = world.get(host)?.failure
  const mine = assessments.filter((one) => one.host === host)
  return {
    host,
    state: failure === undefined ? "reached" : failure.kind,
    error: failure?.error ?? mine.find((one) => one.error)?.error,
    checked: mine.length,
    drifted: mine.filter((one) => one.drift.length > 0).length,
  }
}

function worst(risks: readonly Risk[]): Risk {
  return RISKS[Math.max(0, ...risks.map((risk) => RISKS.indexOf(risk)))] ?? "none"
}
