import { cleanScreen, escapeJson } from "../base/clean.ts"
import { EXIT } from "../base/exit-codes.ts"
import { journalOf, listRuns } from "../output/journal-read.ts"
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
  const entries = await journalOf(runsRoot(process.env), id)
  print(options, { entries }, () => renderRun(entries, screenOptions(options)))
  return EXIT.done
}

function print({ json }: CommonOptions, details: object, text: () => string): void {
  process.stdout.write(json === true ? `${escapeJson(JSON.stringify(details, undefined, 2))}\n` : cleanScreen(text()))
}
