import type { JournalChange, JournalEntry } from "./journal.ts"
import { readRun } from "./journal-read.ts"
import { runIds } from "./run-directory.ts"

/** How long something took the last time, in milliseconds: a step on a host, or one thing that was done or waited for in it. */
export type PastTimes = (step: string, what: string | undefined, host: string) => number | undefined

/** From the journals that are kept: the newest that has it, on that host if it was done there, else where it took longest. */
export async function pastTimes(root: string): Promise<PastTimes> {
  const runs: JournalChange[][] = []
  for (const runId of await runIds(root)) {
    const entries = await readRun(root, runId).catch((): readonly JournalEntry[] => [])
    runs.push(entries.filter((entry): entry is JournalChange => entry.type === "change"))
  }
  return (step, what, host) => {
    for (const changes of runs) {
      const took = changes
        .filter((change) => change.step === step && change.outcome === "changed")
        .flatMap((change) => {
          const ms = what === undefined ? change.ms : timeOf(change, what)
          return ms === undefined ? [] : [{ ms, host: change.host }]
        })
      const [longest] = took.toSorted((one, other) => other.ms - one.ms)
      const found = took.find((one) => one.host === host) ?? longest
      if (found !== undefined) return found.ms
    }
    return undefined
  }
}

/** What was waited for stands in a journal with its limit. */
function timeOf({ actions }: JournalChange, what: string): number | undefined {
  return actions.find(({ action }) => action === what || action.startsWith(`wait for ${what}, at most `))?.ms
}
