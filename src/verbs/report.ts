import { access, constants, readFile, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { drillRuns, journalOf } from "../output/journal-read.ts"
import { drillsReport } from "../output/report/drills.ts"
import { runReport } from "../output/report/report.ts"
import { runsRoot } from "../output/run-directory.ts"
import type { CommonOptions } from "./options.ts"

export interface ReportOptions extends CommonOptions {
  out?: string
  /** All drills over time in place of a run. */
  drills?: boolean
}

/** `haops report [ID]`: one run, by default the last, as a page that needs nothing else. Over no file but such a page. */
export async function report({ out, drills = false }: ReportOptions, id?: string): Promise<number> {
  const root = runsRoot(process.env)
  if (drills && id !== undefined) throw new HaopsError("E_INPUT", "--drills is about all of them, and takes no run")
  const page = drills ? drillsReport(await drillRuns(root)) : runReport(await journalOf(root, id))
  if (out === undefined) process.stdout.write(page)
  else await saveReport(out, page)
  return EXIT.done
}

/** Writes a page for its owner alone, over no file but such a page. Throws `E_INPUT` where it cannot. */
export async function saveReport(file: string, page: string): Promise<void> {
  await requireReportFile(file)
  // What was changed where is nobody else's business.
  await writeFile(file, page, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw unwritable(file, error)
  })
}

/** Throws `E_INPUT` where a page may not be written there: before there is a page to lose. */
export async function requireReportFile(file: string): Promise<void> {
  const there = await readFile(file, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw unwritable(file, error)
    return await access(dirname(file), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
      throw unwritable(file, error)
    })
  })
  if (typeof there === "string" && there !== "" && !there.includes('<meta name="generator" content="haops report">')) {
    throw new HaopsError("E_INPUT", `${file} is there and is no report of haops`, {
      hint: "Name another file with --out.",
    })
  }
}

function unwritable(file: string, cause: NodeJS.ErrnoException): HaopsError {
  return new HaopsError("E_INPUT", `${file} cannot be written: ${cause.message}`, { cause })
}
