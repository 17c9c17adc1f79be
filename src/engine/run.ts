import { asHaopsError, type HaopsError } from "../base/errors.ts"
import type { Outcome } from "../base/events.ts"
import { outcomeOfError } from "../base/exit-codes.ts"
import type { Inventory } from "../model/inventory.ts"
import { assess } from "./assess.ts"
import { auditRun } from "./audit.ts"
import { Consent, type ConsentTerms } from "./consent.ts"
import type { RunContext } from "./context.ts"
import { converge, inSync } from "./converge.ts"
import { type LockOwner, lockHosts, whileLocked } from "./lock.ts"
import { connectAndLook, look, requireAll, requireUninterrupted } from "./look.ts"
import { interrupts, type PlanResult, planRun } from "./plan.ts"
import { hasChanges, type Plan } from "./plan-model.ts"
import { type Barrier, tasksOf } from "./task.ts"
import { liveHosts } from "./world.ts"

export interface RunRequest extends ConsentTerms {
  inventory: Inventory
  barriers: readonly Barrier[]
  owner: LockOwner
  /** `Date.now()` when the run began. */
  startedAt: number
  /** Throws where what would be done is not what was agreed to beforehand. Called before the question, and again under the lock. */
  require?: ((planned: PlanResult) => Promise<void>) | undefined
  /** Throws where what would be done must not be. Called as `require` is, and before each barrier with what that would do. */
  forbid?: ((planned: PlanResult) => void) | undefined
  /** Called before anything of a stage is done, when nothing stands against it; perhaps more than once. */
  onStage?: ((stage: string) => Promise<void>) | undefined
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
export async function preview(
  request: Omit<RunRequest, keyof ConsentTerms | "owner"> & { context: RunContext },
): Promise<PlanResult> {
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
  const { context, inventory, barriers, startedAt } = request
  const planned = await preview(request)
  const { plan } = planned
  const consent = new Consent(request)
  let changed = false
  try {
    requireUninterrupted(context)
    if (liveHosts(context.world).length === 0) return { outcome: "unreachable", plan, changed }
    consent.judge(planned)
    requireAll(context)
    if (!hasChanges(plan) && planned.assessments.every((one) => one.error === undefined)) {
      for (const one of planned.assessments) context.sink(inSync(one))
      return { outcome: outcomeOf(context), plan, changed }
    }
    await request.require?.(planned)
    request.forbid?.(planned)
    await consent.ask(plan)
    await using lock = await lockHosts(liveHosts(context.world), request.owner, context)
    // Time has passed since the last look, a colleague at work perhaps meanwhile: judge and plan from what is true now.
    const planAnew = async () => {
      await look(context, tasksOf(barriers))
      const now = await planRun(context, inventory, barriers, startedAt)
      consent.judge(now)
      requireAll(context)
      requireKnown(context, now)
      await request.require?.(now)
      request.forbid?.(now)
      return now.plan
    }
    let now = await planAnew()
    // An earlier run's command has done its work meanwhile: what was shown is not what it would do now.
    if (lock.waited) {
      await consent.ask(now)
      now = await planAnew()
    }
    while (await consent.renew(now, false)) now = await planAnew()
    changed = true
    const agreeAgain = async (owner: RunContext, barrier: Barrier) => {
      const next = await planRun(owner, inventory, [barrier], startedAt, interrupts)
      consent.judge(next)
      requireAll(owner)
      request.forbid?.(next)
      if (await consent.renew(next.plan, true)) return true
      await request.onStage?.(barrier.stage)
      return false
    }
    const blocked = await whileLocked(lock, context, (owner) =>
      converge(owner, barriers, (barrier) => agreeAgain(owner, barrier)),
    )
    return { outcome: outcomeOf(context, blocked), plan, changed, proof: proofOf(context, barriers) }
  } catch (thrown) {
    const error = asHaopsError(thrown)
    return { outcome: outcomeOfError(error), plan, changed, error }
  }
}

/**
 * Throws what is not known of a host, in a run that goes on with all of them: it would end there, in the middle. Asked under the lock: before
 * it, a killed run's command may still be at work.
 */
function requireKnown({ allTogether }: RunContext, { assessments }: PlanResult): void {
  const unknown = allTogether === true ? assessments.find(({ error }) => error !== undefined) : undefined
  if (unknown?.error !== undefined) throw unknown.error
}

/** How a run ended in which nothing was thrown. */
function outcomeOf(context: RunContext, blocked: readonly string[] = []): Outcome {
  const states = [...context.world.values()]
  const out = states.filter((state) => state.failure !== undefined).length
  if (out === 0) return blocked.length === 0 ? "done" : "partial"
  return out === states.length ? "failed" : "partial"
}

function proofOf({ world }: RunContext, barriers: readonly Barrier[]): string | undefined {
  const last = barriers.at(-1)?.tasks ?? []
  const proofs = last.flatMap((task) => assess(task, world)).flatMap(({ standing }) => standing?.proof ?? [])
  return proofs.length === 0 ? undefined : `${proofs.join("; ")}.`
}
