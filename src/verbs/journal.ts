import { cleanScreen, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { listRuns, readRun } from "../output/journal-read.ts"
import { renderRun, renderRuns } from "../output/journal-screen.ts"
import { runsRoot } from "../output/run-directory.ts"
import { screenOptions } from "../output/screen.ts"
import type { CommonOptions } from "./options.ts"

/** `haops journal`: the runs that this user made from this machine, newest first. */
export async function journal(options: CommonOptions): Promise<number> {
  const runs = await listRuns(runsRoot(process.env))
  print(options, { runs }, () => renderRuns(runs, screenOptions(options)))
  return EXIT.done
}

/** `haops journal show [ID]`: one run, by default the last. An id may be shortened as long as it is clear. */
export async function journalShow(options: CommonOptions, id?: string): Promise<number> {
  const root = runsRoot(process.env)
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
  const entries = await readRun(root, run?.runId ?? id ?? "")
  print(options, { entries }, () => renderRun(entries, screenOptions(options)))
  return EXIT.done
}

function print({ json }: CommonOptions, details: object, text: () => string): void {
  process.stdout.write(json === true ? `${escapeJson(JSON.stringify(details, undefined, 2))}\n` : cleanScreen(text()))
}
