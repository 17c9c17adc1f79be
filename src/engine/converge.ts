import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { HaopsEvent } from "../base/events.ts"
import { isJoint } from "../model/step.ts"
import { type Assessment, assess } from "./assess.ts"
import { carryOut } from "./carry-out.ts"
import type { RunContext } from "./context.ts"
import { eachHost, failHost, look, requireAll } from "./look.ts"
import type { Barrier } from "./task.ts"
import { heldBack, type Wave, wavesOf } from "./waves.ts"
import { isLive, type LiveHost } from "./world.ts"

/** A step whose actions were begun and not all done. */
interface Unfinished {
  host: string
  step: string
  done: number
  of: number
}

/**
 * Apply what drifted, barrier by barrier and in each wave by wave, from facts read after the last change, and look again
 * afterwards: drift that is left is `E_CONVERGENCE`. A host that fails drops out; a step for all that fails ends the run. Expects the
 * world's answers to be fresh at the start. Throws `E_CANCELED` with what is half done in the message. `judge` is called before anything of
 * a barrier is done, with the newest answers, and throws, or drops hosts, where they forbid it. Returns the titles of the steps that
 * something stood in the way of.
 */
export async function converge(
  context: RunContext,
  barriers: readonly Barrier[],
  judge: (barrier: Barrier) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const fresh = new Set<Barrier>(barriers)
  const stages = new StageEvents(context)
  const blocked: string[] = []
  for (const [index, barrier] of barriers.entries()) {
    stages.enter(barrier.stage)
    if (!fresh.has(barrier)) await look(context, barrier.tasks)
    const next = barriers[index + 1]
    for (const wave of wavesOf(barrier, context.world)) {
      const todo = await applyWave(context, barrier, wave, blocked, judge)
      if (todo.length === 0) continue
      stages.changed()
      fresh.clear()
      await look(context, [...barrier.tasks, ...(next?.tasks ?? [])])
      if (next !== undefined) fresh.add(next)
      verify(context, barrier, todo)
      requireAll(context)
    }
  }
  stages.leave()
  return blocked
}

/** How often a step is planned again because the world moved between its plan and its apply. */
const PLANS = 3

/** Apply what drifted on the hosts of a wave, planned again from fresh facts where it went stale. Returns what was applied. */
async function applyWave(
  context: RunContext,
  barrier: Barrier,
  wave: Wave,
  blocked: string[],
  judge: (barrier: Barrier) => Promise<void>,
): Promise<readonly Assessment[]> {
  for (let plan = 1; ; plan++) {
    await judge(barrier)
    const todo = report(context, barrier, wave, blocked)
    requireAll(context)
    if (todo.length === 0) return todo
    const stale = await applyBarrier(context, todo)
    if (stale === undefined) return todo
    if (plan === PLANS) throw stale
    const text = `${stale.step} on ${stale.host}: changed by somebody else meanwhile; nothing was done, planning it again`
    context.sink({ type: "message", level: "info", text })
    await look(context, barrier.tasks)
  }
}

/**
 * Say what each assessment of the wave found, drop hosts that could not be asked, and return what is to be applied. `blocked` holds
 * the titles of steps that were blocked, and takes new ones.
 */
function report(context: RunContext, barrier: Barrier, wave: Wave, blocked: string[]): readonly Assessment[] {
  const { sink, world } = context
  holdBack(context, wave)
  const todo: Assessment[] = []
  const assessments = barrier.tasks.flatMap((task) => assess(task, world))
  for (const one of assessments.filter(({ host }) => wave.hosts.includes(host))) {
    const about = { stage: one.task.stage, host: one.host, step: one.task.title, scope: one.task.step.scope }
    if (one.error !== undefined) {
      sink({ type: "step-failed", ...about, error: one.error })
      failStep(context, one, one.error)
    } else if (one.drift.length === 0) {
      sink(inSync(one))
    } else if (one.blocked !== undefined) {
      sink({ type: "step-blocked", ...about, reason: one.blocked })
      blocked.push(one.task.title)
    } else if (blocked.length > 0 && one.drift.every((drift) => drift.expected === true)) {
      // Still only expected when its turn has come: what would have made it known was not done.
      sink({ type: "step-blocked", ...about, reason: `not before "${blocked.at(-1)}"` })
    } else if (one.hold !== undefined) {
      const error = notNow(one, one.hold)
      sink({ type: "step-failed", ...about, error })
      failStep(context, one, error)
    } else {
      sink({ type: "step-drifted", ...about, drift: one.drift })
      todo.push(one)
    }
  }
  return todo
}

function notNow({ host, task }: Assessment, reason: string): HaopsError {
  const hint = "What is done stays. Put that right, then run haops again: it goes on from here."
  return new HaopsError("E_REFUSED", `${host} is left as it is: ${reason}`, { host, step: task.title, hint })
}

function holdBack(context: RunContext, wave: Wave): void {
  const error = heldBack(wave, context.world)
  if (error === undefined) return
  for (const state of wave.hosts.map((name) => context.world.get(name)).filter(isLive)) failHost(context, state, error)
}

/** The event of a step that has nothing to do. */
export function inSync({ task, host }: Assessment): HaopsEvent {
  return { type: "step-in-sync", stage: task.stage, host, step: task.title, scope: task.step.scope }
}

/** Returns the `E_STALE` of a step that must be planned again; throws what ends the run. */
async function applyBarrier(context: RunContext, todo: readonly Assessment[]): Promise<HaopsError | undefined> {
  const states = [...new Set(todo.map((one) => one.host))].map((name) => context.world.get(name)).filter(isLive)
  const unfinished: Unfinished[] = []
  let stale: HaopsError | undefined
  await eachHost(context, states, async (state) => {
    for (const one of todo.filter((one) => one.host === state.host.name)) {
      // What is left undone here is planned again with the rest.
      if (stale !== undefined) return
      const outdated = await applyStep(context, one, state, unfinished)
      // Another host may have been told so meanwhile.
      stale ??= outdated
    }
  })
  if (context.stop.aborted) throw canceled(unfinished)
  const failures = todo.filter((one) => isJoint(one.task.step)).map((one) => context.world.get(one.host)?.failure)
  const failure = failures.find((one) => one !== undefined)
  if (failure !== undefined) throw failure.error
  return stale
}

async function applyStep(
  context: RunContext,
  one: Assessment,
  state: LiveHost,
  unfinished: Unfinished[],
): Promise<HaopsError | undefined> {
  const { sink, stop } = context
  const about = { stage: one.task.stage, host: one.host, step: one.task.title, scope: one.task.step.scope }
  const start = Date.now()
  let done = 0
  try {
    for (const action of one.actions) {
      if (stop.aborted) throw new HaopsError("E_CANCELED", "stopped before this was done")
      await carryOut(context, action, state, about)
      done++
    }
    sink({ type: "step-changed", ...about, ms: Date.now() - start })
    return undefined
  } catch (thrown) {
    const error = asHaopsError(thrown, { host: one.host, step: one.task.title })
    if (error.code === "E_STALE") return error
    if (done > 0 || !stop.aborted)
      unfinished.push({ host: one.host, step: one.task.title, done, of: one.actions.length })
    sink({ type: "step-failed", ...about, error })
    throw error
  }
}

/** Drift that is left after applying is an error: a step that does not converge must not pass for one that did. */
function verify(context: RunContext, barrier: Barrier, applied: readonly Assessment[]): void {
  const again = barrier.tasks.flatMap((task) => assess(task, context.world))
  for (const one of applied) {
    const now = again.find((other) => other.task === one.task && (isOnce(one) || other.host === one.host))
    if (now === undefined || (now.drift.length === 0 && now.error === undefined)) continue
    const error = now.error ?? notConverged(now)
    const about = { stage: one.task.stage, host: now.host, step: one.task.title, scope: one.task.step.scope }
    context.sink({ type: "step-failed", ...about, error })
    failStep(context, one, error)
  }
}

function notConverged({ task, host, drift }: Assessment): HaopsError {
  const left = drift.map((one) => `${one.attribute} is ${one.have}, wanted ${one.want}`).join("; ")
  return new HaopsError("E_CONVERGENCE", `${task.title} was applied and still differs: ${left}`, {
    host,
    step: task.title,
    hint:
      task.step.remedy?.(drift) ??
      "Something on the host changed it back, or refused it silently. The log holds what was run.",
  })
}

function failStep(context: RunContext, one: Assessment, error: HaopsError): void {
  const state = context.world.get(one.host)
  if (state !== undefined) failHost(context, state, error)
  if (isJoint(one.task.step)) throw error
}

function isOnce(one: Assessment): boolean {
  return one.task.step.scope === "once"
}

function canceled(unfinished: readonly Unfinished[]): HaopsError {
  const half = unfinished.map(({ host, step, done, of }) => `${step} on ${host} (${done} of ${of} actions done)`)
  const said = half.length > 0 ? `half done: ${half.join(", ")}` : "nothing is half done"
  return new HaopsError("E_CANCELED", `interrupted; ${said}`, {
    hint: "Run the same command again: it goes on from here.",
  })
}

/** Several barriers may carry one stage's name; it is told as one. */
class StageEvents {
  readonly #context: RunContext
  #stage: { name: string; start: number; changed: boolean } | undefined

  constructor(context: RunContext) {
    this.#context = context
  }

  enter(name: string): void {
    if (this.#context.stop.aborted) throw canceled([])
    if (this.#stage?.name === name) return
    this.leave()
    this.#stage = { name, start: Date.now(), changed: false }
    const hosts = [...this.#context.world.values()].filter(isLive).map((state) => state.host.name)
    this.#context.sink({ type: "stage-started", stage: name, hosts })
  }

  changed(): void {
    if (this.#stage !== undefined) this.#stage.changed = true
  }

  leave(): void {
    if (this.#stage === undefined) return
    const { name, start, changed } = this.#stage
    this.#context.sink({ type: "stage-finished", stage: name, changed, ms: Date.now() - start })
    this.#stage = undefined
  }
}
