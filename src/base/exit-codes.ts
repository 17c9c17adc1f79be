import type { HaopsError } from "./errors.ts"
import type { Outcome } from "./events.ts"

/** What haops says to its caller by its exit code. A contract: extend it, never renumber. */
export const EXIT = {
  done: 0,
  failed: 1,
  changes: 2,
  partial: 3,
  unreachable: 4,
  locked: 5,
  usage: 64,
  input: 65,
  interrupted: 130,
} as const

const BY_OUTCOME: Readonly<Record<Outcome, number>> = {
  done: EXIT.done,
  failed: EXIT.failed,
  partial: EXIT.partial,
  unreachable: EXIT.unreachable,
  locked: EXIT.locked,
  canceled: EXIT.interrupted,
}

const OUTCOMES = Object.keys(BY_OUTCOME) as Outcome[]

export function exitOfOutcome(outcome: Outcome): number {
  return BY_OUTCOME[outcome]
}

/** What an exit code says of a verb that looked: changes that a plan found are no failure. */
export function outcomeOfExit(exit: number): Outcome {
  if (exit === EXIT.changes) return "done"
  return OUTCOMES.find((outcome) => BY_OUTCOME[outcome] === exit) ?? "failed"
}

export function exitOfError(error: HaopsError): number {
  switch (error.code) {
    case "E_INPUT":
      return EXIT.input
    case "E_LOCKED":
      return EXIT.locked
    case "E_CANCELED":
      return EXIT.interrupted
    default:
      return EXIT.failed
  }
}

/** How a run ended that threw this. */
export function outcomeOfError(error: HaopsError): Outcome {
  if (error.code === "E_LOCKED") return "locked"
  return error.code === "E_CANCELED" ? "canceled" : "failed"
}
