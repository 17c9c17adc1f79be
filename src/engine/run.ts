import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { Finding, Outcome } from "../base/events.ts"
import { outcomeOfError } from "../base/exit-codes.ts"
import type { Inventory } from "../model/inventory.ts"
import { assess } from "./assess.ts"
import { auditRun } from "./audit.ts"
import type { RunContext } from "./context.ts"
import { converge, inSync } from "./converge.ts"
import { type LockOwner, lockHosts, outliving } from "./lock.ts"
import { connectAndLook, failHost, look, requireAll, requireUninterrupted } from "./look.ts"
import { type Outlook, planRun } from "./plan.ts"
import { hasChanges, type Plan } from "./plan-model.ts"
import type { Barrier } from "./task.ts"
import { liveHosts } from "./world.ts"

export interface RunRequest {
  context: RunContext
  inventory: Inventory
  barriers: readonly Barrier[]
  owner: LockOwner
  /** `Date.now()` when the run began. */
  startedAt: number
  /** Asked once, with the whole plan, before anything is touched. False ends the run as canceled. */
  confirm(plan: Plan): Promise<boolean>
}

export interface RunResult {
  outcome: Outcome
  plan: Plan
  /** Something was applied. */
  changed: boolean
  /** What the last look proved: `3 nodes online, vip on controller1 answers`. */
  proof?: string | undefined
  /** What ended the run early. */
  error?: HaopsError | undefined
}

/** Look at all hosts and say what a run would do. Touches nothing. */
export async function preview(request: Omit<RunRequest, "confirm" | "owner">): Promise<Outlook> {
  const { context, inventory, barriers, startedAt } = request
  await connectAndLook(context, tasksOf(barriers))
  return await planRun(context, inventory, barriers, startedAt)
}

/** Look, plan, ask, lock, converge, leave a line in the nodes' logs. Throws only for bugs: what goes wrong on hosts is in the result. */
export async function run(request: RunRequest): Promise<RunResult> {
  const result = await attempt(request)
  if (result.changed) await auditRun(request.context.world, request.owner, result.outcome)
  return result
}

async function attempt(request: RunRequest): Promise<RunResult> {
  const { context, barriers } = request
  const outlook = await preview(request)
  const { plan } = outlook
  let changed = false
  try {
    requireUninterrupted(context)
    if (liveHosts(context.world).length === 0) return { outcome: "unreachable", plan, changed }
    refuse(context, outlook)
    requireAll(context)
    if (!hasChanges(plan) && outlook.assessments.every((one) => one.error === undefined)) {
      for (const one of outlook.assessments) context.sink(inSync(one))
      return { outcome: outcomeOf(context), plan, changed }
    }
    await requireConsent(request, plan)
    await using lock = await lockHosts(liveHosts(context.world), request.owner, context)
    // Time has passed since the first look, another run perhaps among it: plan from what is true under the lock.
    await look(context, tasksOf(barriers))
    if (lock.waited) await agreeAgain(request)
    changed = true
    await converge({ ...context, forChanges: outliving }, barriers)
    return { outcome: outcomeOf(context), plan, changed, proof: proofOf(context, barriers) }
  } catch (thrown) {
    const error = asHaopsError(thrown)
    return { outcome: outcomeOfError(error), plan, changed, error }
  }
}

async function requireConsent({ confirm }: RunRequest, plan: Plan): Promise<void> {
  if (!(await confirm(plan))) throw new HaopsError("E_CANCELED", "not confirmed; nothing was touched")
}

/** What was planned and agreed to before is not what it would do now: an earlier run's command has done its work meanwhile. */
async function agreeAgain(request: RunRequest): Promise<void> {
  const { context, inventory, barriers, startedAt } = request
  const outlook = await planRun(context, inventory, barriers, startedAt)
  refuse(context, outlook)
  requireAll(context)
  await requireConsent(request, outlook.plan)
}

/** Findings that haops will not override: they stop their host, and in a step done for all the whole run. */
function refuse(context: RunContext, { assessments }: Outlook): void {
  const { world, sink } = context
  let cluster: HaopsError | undefined
  for (const { task, host, findings } of assessments) {
    for (const finding of findings) {
      sink({ type: "finding", host: finding.host ?? host, step: task.title, finding })
    }
    const errors = findings.filter((finding) => finding.severity === "error")
    for (const member of new Set(errors.map((finding) => finding.host))) {
      const about = member ?? host
      const error = refusal(
        task.title,
        about,
        errors.filter((finding) => finding.host === member),
      )
      const state = world.get(about)
      if (task.step.scope === "once" && member === undefined) cluster ??= error
      else if (state !== undefined && state.failure === undefined) failHost(context, state, error)
    }
  }
  if (cluster !== undefined) throw cluster
}

/** All that stands against a step on a host, with what to do about each. */
function refusal(step: string, host: string, findings: readonly Finding[]): HaopsError {
  const hints = [...new Set(findings.flatMap(({ hint }) => hint ?? []))]
  const hint = hints.length === 0 ? undefined : hints.join(" ")
  return new HaopsError("E_REFUSED", findings.map(({ message }) => message).join("; "), { host, step, hint })
}

/** How a run ended in which nothing was thrown. */
function outcomeOf(context: RunContext): Outcome {
  const states = [...context.world.values()]
  const out = states.filter((state) => state.failure !== undefined).length
  if (out === 0) return "done"
  return out === states.length ? "failed" : "partial"
}

function proofOf({ world }: RunContext, barriers: readonly Barrier[]): string | undefined {
  const last = barriers.at(-1)?.tasks ?? []
  const proofs = last.flatMap((task) => assess(task, world)).flatMap(({ standing }) => standing?.proof ?? [])
  return proofs.length === 0 ? undefined : `${proofs.join("; ")}.`
}

function tasksOf(barriers: readonly Barrier[]) {
  return barriers.flatMap((barrier) => barrier.tasks)
}
