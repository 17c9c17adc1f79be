import { HaopsError } from "../base/errors.ts"
import type { HaopsEvent } from "../base/events.ts"
import { applyAll } from "./apply-all.ts"
import { type Assessment, assessAll, placeOf } from "./assess.ts"
import type { RunContext } from "./context.ts"
import { failHost, look, requireAll } from "./look.ts"
import { failStep, settle } from "./settle.ts"
import { StageEvents } from "./stage-events.ts"
import { type Barrier, tasksOf } from "./task.ts"
import { heldBack, type Wave, wavesOf } from "./waves.ts"
import { isLive, type World } from "./world.ts"

/**
 * Apply what drifted, barrier by barrier and in each wave by wave, from facts read after the last change, and look again
 * afterwards: drift that is left is `E_CONVERGENCE`. One look serves all barriers up to the next that has something to do. A host that fails
 * drops out; a step for all that fails ends the run. Expects the world's answers to be fresh at the start. Throws `E_CANCELED` with what is
 * half done in the message. `judge` is called before anything of a barrier is done, with the newest answers, and throws, or drops hosts,
 * where they forbid it. True: somebody was asked, which may take long, so that the hosts are looked at and judged again. Returns the titles
 * of the steps that something stood in the way of.
 */
export async function converge(
  context: RunContext,
  barriers: readonly Barrier[],
  judge: (barrier: Barrier) => Promise<boolean> = async () => false,
): Promise<readonly string[]> {
  const idle = new Set(barriers.filter((barrier) => isIdle(barrier, context.world)))
  let fresh: ReadonlySet<Barrier> = new Set(barriers)
  const lookAt = async (seen: readonly Barrier[]) => {
    await look(context, tasksOf(seen))
    // What could not be asked may only have come too early: it is asked again in its turn.
    fresh = new Set(
      seen.filter((barrier) => assessAll(barrier, context.world).every(({ error }) => error === undefined)),
    )
  }
  const stages = new StageEvents(context)
  const blocked: string[] = []
  for (const barrier of barriers) {
    stages.enter(barrier.stage)
    const ahead = reach(barriers, barrier, idle)
    if (!fresh.has(barrier)) await lookAt(ahead)
    const agree = async () => {
      while (await judge(barrier)) await lookAt([barrier])
    }
    // Before the order of the hosts is made up, since a VIP may be elsewhere by the time of the answer.
    await agree()
    const waves = wavesOf(barrier, context.world)
    for (const wave of waves) {
      // Between two waves nothing else has its turn, and what waits for the cluster to be whole would wait in vain.
      const lookAgain = () => lookAt(wave === waves.at(-1) ? ahead : [barrier])
      if (wave !== waves[0]) await agree()
      if (await applyWave(context, { barrier, wave, blocked, agree, lookAgain })) stages.changed()
    }
  }
  stages.leave()
  return blocked
}

/** Nothing is to be done, for all that is known: what is done before may still give it something to do. */
function isIdle(barrier: Barrier, world: World): boolean {
  return assessAll(barrier, world).every(({ drift, error }) => drift.length === 0 && error === undefined)
}

/** What is looked at along with a barrier: those after it through the first that is not idle. */
function reach(barriers: readonly Barrier[], first: Barrier, idle: ReadonlySet<Barrier>): readonly Barrier[] {
  const from = barriers.indexOf(first)
  const busy = barriers.findIndex((barrier, index) => index > from && !idle.has(barrier))
  return barriers.slice(from, busy === -1 ? undefined : busy + 1)
}

/** How often a step is planned again because the world moved between its plan and its apply. */
const PLANS = 3

interface Turn {
  barrier: Barrier
  wave: Wave
  blocked: string[]
  /** Called before it is planned again. */
  agree: () => Promise<void>
  lookAgain: () => Promise<void>
}

/** Apply what drifted on the hosts of a wave, planned again from fresh facts where it went stale. False: there was nothing to do. */
async function applyWave(context: RunContext, { barrier, wave, blocked, agree, lookAgain }: Turn): Promise<boolean> {
  for (let plan = 1; ; plan++) {
    const todo = report(context, barrier, wave, blocked)
    requireAll(context)
    if (todo.length === 0) return plan > 1
    const { applied, stale } = await applyAll(context, todo)
    if (stale !== undefined && plan < PLANS) context.sink(plannedAgain(stale))
    await lookAgain()
    settle(context, barrier, applied)
    requireAll(context)
    if (stale === undefined) return true
    if (plan === PLANS) throw stale
    await agree()
  }
}

function plannedAgain({ step, host }: HaopsError): HaopsEvent {
  const text = `${step} on ${host}: changed meanwhile by another; nothing was done, planning it again`
  return { type: "message", level: "info", text }
}

/**
 * Say what each assessment of the wave found, drop hosts that could not be asked, and return what is to be applied. `blocked` holds
 * the titles of steps that were blocked, and takes new ones.
 */
function report(context: RunContext, barrier: Barrier, wave: Wave, blocked: string[]): readonly Assessment[] {
  const { sink, world } = context
  holdBack(context, wave)
  const todo: Assessment[] = []
  for (const one of assessAll(barrier, world).filter(({ host }) => wave.hosts.includes(host))) {
    const about = placeOf(one)
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
    } else if (one.mustWait !== undefined) {
      const error = notNow(one, one.mustWait)
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
  const hint = "What is done stays. Fix that, then run haops again: it continues from here."
  return new HaopsError("E_REFUSED", `${host} is left as it is: ${reason}`, { host, step: task.title, hint })
}

function holdBack(context: RunContext, wave: Wave): void {
  const error = heldBack(wave, context.world)
  if (error === undefined) return
  for (const state of wave.hosts.map((name) => context.world.get(name)).filter(isLive)) failHost(context, state, error)
}

/** The event of a step that has nothing to do. */
export function inSync(one: Assessment): HaopsEvent {
  return { type: "step-in-sync", ...placeOf(one) }
}
