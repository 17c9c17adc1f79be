import { asHaopsError } from "../base/errors.ts"
import { outcomeOfError } from "../base/exit-codes.ts"
import type { Session } from "./session.ts"

/** Does a verb's work. What it throws is told as the run's end, since a journal without one is that of a run that was killed. */
export async function toldAsRun<Result>(
  { reporter, startedAt }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    const outcome = outcomeOfError(asHaopsError(thrown))
    reporter.sink({ type: "run-finished", outcome, ms: Date.now() - startedAt })
    throw thrown
  }
}
