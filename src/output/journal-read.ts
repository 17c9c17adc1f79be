import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { HaopsError } from "../base/errors.ts"
import type { JournalEnd, JournalEntry, JournalStart } from "./journal.ts"
import { JOURNAL_FILE, runIds } from "./run-directory.ts"
import { isRunId } from "./run-id.ts"

export interface RunSummary {
  runId: string
  start: JournalStart
  /** Steps that were applied, whether they came out or failed. */
  changes: number
  /** Absent where the run was killed, or still runs. */
  end?: JournalEnd | undefined
}

/**
 * The runs that are kept, newest first: an id tells the second alone, the journal the millisecond. Directories without a readable
 * journal are passed over.
 */
export async function listRuns(root: string): Promise<readonly RunSummary[]> {
  const runs = await Promise.all(
    (await runIds(root)).map(async (runId) => summaryOf(runId, await entriesOf(root, runId))),
  )
  return runs.filter((run) => run !== undefined).sort((a, b) => Date.parse(b.start.time) - Date.parse(a.start.time))
}

/** The journals of all drills that are kept, newest first. */
export async function drillRuns(root: string): Promise<readonly (readonly JournalEntry[])[]> {
  const drills = (await listRuns(root)).filter(({ start }) => start.verb.startsWith("drill "))
  return await Promise.all(drills.map(({ runId }) => entriesOf(root, runId)))
}

/** One run's journal. Throws `E_INPUT` where there is none of that id. */
export async function readRun(root: string, runId: string): Promise<readonly JournalEntry[]> {
  const entries = isRunId(runId) ? await entriesOf(root, runId) : []
  if (entries.length > 0) return entries
  throw new HaopsError("E_INPUT", `there is no journal of a run ${JSON.stringify(runId)}`, {
    hint: "haops journal lists the runs that are kept.",
  })
}

/** The journal of a run by its id, by the beginning or the end of it, or of the last one. Throws `E_INPUT` where it is not one. */
export async function journalOf(root: string, id?: string): Promise<readonly JournalEntry[]> {
  const runs = await listRuns(root)
  const found =
    id === undefined
      ? runs.slice(0, 1)
      : runs.filter(({ runId }) => runId === id || runId.endsWith(id) || runId.startsWith(id))
  if (found.length > 1) {
    const hint = `There are: ${found.map(({ runId }) => runId).join(", ")}.`
    throw new HaopsError("E_INPUT", `${JSON.stringify(id)} is the beginning or the end of several runs`, { hint })
  }
  const [run] = found
  if (run === undefined && id === undefined)
    throw new HaopsError("E_INPUT", "no run has been recorded on this machine yet")
  return await readRun(root, run?.runId ?? id ?? "")
}

function summaryOf(runId: string, entries: readonly JournalEntry[]): RunSummary | undefined {
  const start = entries.find((entry) => entry.type === "run")
  if (start === undefined) return undefined
  const end = entries.find((entry) => entry.type === "end")
  const changes = entries.filter((entry) => entry.type === "change" && entry.actions.length > 0).length
  return { runId, start, changes, end }
}

async function entriesOf(root: string, runId: string): Promise<readonly JournalEntry[]> {
  const text = await readFile(join(root, runId, JOURNAL_FILE), "utf8").catch(() => "")
  return text.split("\n").flatMap(entryOf)
}

/** A run that was killed may have left half a line, which is no entry. */
function entryOf(line: string): readonly JournalEntry[] {
  try {
    const entry: unknown = JSON.parse(line)
    return typeof entry === "object" && entry !== null && "type" in entry ? [entry as JournalEntry] : []
  } catch {
    return []
  }
}
