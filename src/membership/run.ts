import type { RunAction } from "../model/action.ts"
import type { Invocation } from "../pacemaker/dialects/membership-commands.ts"

/** A shell's command as a step's action. */
export function run(invocation: Invocation, extra: Partial<RunAction> = {}): RunAction {
  return { type: "run", ...invocation, ...extra }
}
