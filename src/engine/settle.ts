import { driftSentence } from "../base/drift-words.ts"
import { HaopsError } from "../base/errors.ts"
import { isJoint } from "../model/step.ts"
import { type Applied, tellUnseen } from "./apply-all.ts"
import { type Assessment, assessAll, placeOf } from "./assess.ts"
import type { RunContext } from "./context.ts"
import { failHost } from "./look.ts"
import type { Barrier } from "./task.ts"

/**
 * Says what has come of what was applied, from a look that followed it. Drift that is left is an error: a step that does not converge
 * must not pass for one that did, nor be told as done before.
 */
export function settle(context: RunContext, barrier: Barrier, applied: readonly Applied[]): void {
  const again = assessAll(barrier, context.world)
  const failed: { one: Assessment; error: HaopsError }[] = []
  for (const { one, ms } of applied) {
    const now = again.find((other) => other.task === one.task && (isOnce(one) || other.host === one.host))
    if (now === undefined) tellUnseen(context, [{ one, ms }])
    else if (now.drift.length === 0 && now.error === undefined)
      context.sink({ type: "step-changed", ...placeOf(one), ms })
    else {
      const error = now.error ?? notConverged(now)
      context.sink({ type: "step-failed", ...placeOf(one), host: now.host, error })
      failed.push({ one, error })
    }
  }
  // When all is told: the first one of a step for all ends the run.
  for (const { one, error } of failed) failStep(context, one, error)
}

/** A step's failure is its host's, and the run's where the step is done for all. */
export function failStep(context: RunContext, one: Assessment, error: HaopsError): void {
  const state = context.world.get(one.host)
  if (state !== undefined) failHost(context, state, error)
  if (isJoint(one.task.step)) throw error
}

function notConverged({ task, host, drift }: Assessment): HaopsError {
  const left = drift.map(driftSentence).join("; ")
  return new HaopsError("E_CONVERGENCE", `${task.title} was applied and still differs: ${left}`, {
    host,
    step: task.title,
    hint:
      task.step.remedy?.(drift) ??
      "Something on the host changed it back, or refused it silently. The log holds what was run.",
  })
}

function isOnce(one: Assessment): boolean {
  return one.task.step.scope === "once"
}
