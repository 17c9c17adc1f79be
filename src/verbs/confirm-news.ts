import { HaopsError } from "../base/errors.ts"
import type { News } from "../engine/costs.ts"
import type { Plan } from "../engine/plan-model.ts"
import { ask, canAsk } from "./ask.ts"
import type { Session } from "./session.ts"

/**
 * What has come on top of what was agreed to. `--yes` covers more of a kind that was shown; what is of another kind ends the run with
 * `E_REFUSED`, as anything new does where nobody can be asked.
 */
export async function confirmNews(
  session: Pick<Session, "reporter" | "context">,
  { yes }: { yes?: boolean | undefined },
  plan: Plan,
  { costs, strange }: News,
): Promise<boolean> {
  if (yes === true && strange.length === 0) return true
  if (yes === true || !canAsk()) {
    const text = (yes === true ? strange : costs).map((one) => one.text).join("; ")
    throw new HaopsError("E_REFUSED", `this was not in the plan that was confirmed: ${text}`, {
      hint: "Nothing of that was done; what was done before stays. Look at a new plan, then run haops again: it continues from here.",
    })
  }
  const { reporter, context } = session
  return await reporter.asking(async (tell) => {
    tell.plan(plan)
    tell.sentence("This was not in the plan that you confirmed:")
    for (const { text } of costs) tell.sentence(text)
    return await ask("Go on?", context.stop)
  })
}
