import { asHaopsError, HaopsError } from "../base/errors.ts"
import { isJoint } from "../model/step.ts"
import { applyAndReport } from "./apply-and-report.ts"
import { type Assessment, placeOf } from "./assess.ts"
import { requireGoing, type Unfinished } from "./canceled.ts"
import type { RunContext } from "./context.ts"
import { eachHost } from "./look.ts"
import { isLive, type LiveHost } from "./world.ts"

/** A step whose actions are all done on a host. What has come of them is not known before the next look. */
export interface Applied {
  one: Assessment
  ms: number
}

/** What was done of what was to be done. */
interface Application {
  applied: readonly Applied[]
  /** The `E_STALE` of a step that must be planned again, and with it what was left undone after it. */
  stale: HaopsError | undefined
}

/**
 * Does it on all hosts side by side, on each in order. Throws what ends the run; what was done until then is told. `forks` does not bound
 * it: members that start together wait for each other, and one that had to wait for its turn would be waited for in vain.
 */
export async function applyAll(context: RunContext, todo: readonly Assessment[]): Promise<Application> {
  const states = [...new Set(todo.map((one) => one.host))].map((name) => context.world.get(name)).filter(isLive)
  const unfinished: Unfinished[] = []
  const applied: Applied[] = []
  let stale: HaopsError | undefined
  await eachHost({ ...context, forks: Number.POSITIVE_INFINITY }, states, async (state) => {
    for (const one of todo.filter((one) => one.host === state.host.name)) {
      // What is left undone here is planned again with the rest.
      if (stale !== undefined) return
      const done = await applyStep(context, one, state, unfinished)
      // Another host may have been told so meanwhile.
      if (done instanceof HaopsError) stale ??= done
      else applied.push(done)
    }
  })
  try {
    requireGoing(context, unfinished)
    requireJoint(context, todo)
  } catch (thrown) {
    tellUnseen(context, applied)
    throw thrown
  }
  return { applied, stale }
}

/** Says of steps that were applied and that nobody looks at any more that they were. */
export function tellUnseen({ sink }: RunContext, applied: readonly Applied[]): void {
  for (const { one, ms } of applied) sink({ type: "step-changed", ...placeOf(one), ms, unseen: true })
}

function requireJoint({ world }: RunContext, todo: readonly Assessment[]): void {
  const failures = todo.filter((one) => isJoint(one.task.step)).map((one) => world.get(one.host)?.failure)
  const failure = failures.find((one) => one !== undefined)
  if (failure !== undefined) throw failure.error
}

async function applyStep(
  context: RunContext,
  one: Assessment,
  state: LiveHost,
  unfinished: Unfinished[],
): Promise<Applied | HaopsError> {
  const { sink, stop } = context
  const start = Date.now()
  let [begun, done] = [0, 0]
  try {
    for (const action of one.actions) {
      if (stop.aborted) throw new HaopsError("E_CANCELED", "stopped before this was done")
      begun++
      await applyAndReport(context, action, state, placeOf(one))
      done++
    }
    return { one, ms: Date.now() - start }
  } catch (thrown) {
    const error = asHaopsError(thrown, { host: one.host, step: one.task.title })
    if (error.code === "E_STALE") return error
    // One that was not begun has neither failed nor is it half done.
    if (begun > 0) {
      unfinished.push({ host: one.host, step: one.task.title, done, of: one.actions.length })
      sink({ type: "step-failed", ...placeOf(one), error })
    }
    throw error
  }
}
