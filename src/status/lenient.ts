import { asHaopsError } from "../base/errors.ts"
import type { Step } from "../model/step.ts"
import type { Unasked } from "../model/view.ts"

/**
 * The vocabulary for verbs that only look. A step that cannot be bound for want of a secret is left out and told to `onUnasked`, once:
 * whoever looks at a cluster at night need not have the password that built it.
 */
export function lenient(
  steps: ReadonlyMap<string, Step>,
  onUnasked: (unasked: Unasked) => void,
): ReadonlyMap<string, Step> {
  return new Map([...steps].map(([kind, step]) => [kind, lenientStep(step, onUnasked)]))
}

function lenientStep(step: Step, onUnasked: (unasked: Unasked) => void): Step {
  const { bind } = step
  if (bind === undefined) return step
  let told = false
  return {
    ...step,
    bind(context) {
      try {
        return bind(context)
      } catch (thrown) {
        const { code, message } = asHaopsError(thrown)
        if (code !== "E_INPUT") throw thrown
        if (!told) onUnasked({ step: step.kind, reason: message })
        told = true
        return undefined
      }
    },
  }
}
