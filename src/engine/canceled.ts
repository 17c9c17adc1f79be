import { HaopsError } from "../base/errors.ts"
import type { RunContext } from "./context.ts"

/** A step whose actions were begun and not all done. */
export interface Unfinished {
  host: string
  step: string
  done: number
  of: number
}

/** Throws `E_CANCELED`, with what is half done, where the operator has asked to stop. */
export function requireGoing({ stop }: RunContext, unfinished: readonly Unfinished[]): void {
  if (!stop.aborted) return
  const half = unfinished.map(({ step, host, done, of }) => `${step} on ${host} (${done} of ${of} actions done)`)
  const said = half.length > 0 ? `half done: ${half.join(", ")}` : "nothing is half done"
  throw new HaopsError("E_CANCELED", `interrupted; ${said}`, {
    hint: "Run the same command again: it continues from here.",
  })
}
