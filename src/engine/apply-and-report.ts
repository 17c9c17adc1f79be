import { asHaopsError } from "../base/errors.ts"
import type { StepPlace } from "../base/events.ts"
import type { Action, RunAction } from "../model/action.ts"
import type { Transport } from "../transport/transport.ts"
import { applyAction } from "./apply.ts"
import type { RunContext } from "./context.ts"
import { describeAction } from "./describe.ts"
import { isLive, type LiveHost } from "./world.ts"

/** One action of a step, told as it begins and ends. Throws what `applyAction` throws. */
export async function applyAndReport(
  context: RunContext,
  action: Action,
  state: LiveHost,
  about: StepPlace,
): Promise<void> {
  const text = describeAction(action)
  const start = Date.now()
  if (action.type === "wait") context.sink({ type: "waiting", ...about, for: action.for })
  context.sink({ type: "action-started", ...about, action: text })
  // To wait is to look, and nobody has to wait for that.
  const forChanges = action.type === "wait" ? undefined : context.forChanges
  const changing = (transport: Transport) => forChanges?.(transport) ?? transport
  const of = (host: string) => {
    const other = context.world.get(host)
    return isLive(other) ? changing(other.transport) : undefined
  }
  const stdout = await applyAction(action, changing(state.transport), context.abort, of)
  context.sink({ type: "action-finished", ...about, action: text, ms: Date.now() - start })
  if (action.type === "run" && action.transitions !== undefined)
    reportTransitions(context, action.transitions, stdout, about)
}

/** Says what the cluster will do. The change is made by now: an answer that is not understood takes nothing back. */
function reportTransitions(
  { sink }: RunContext,
  read: NonNullable<RunAction["transitions"]>,
  stdout: string,
  about: StepPlace,
): void {
  try {
    sink({ type: "transitions", stage: about.stage, host: about.host, transitions: read(stdout) })
  } catch (thrown) {
    const text = `unexpected output of crm_simulate about ${about.step}: ${asHaopsError(thrown).message}`
    sink({ type: "message", level: "warning", text })
  }
}
