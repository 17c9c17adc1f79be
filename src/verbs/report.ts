import { readFile, writeFile } from "node:fs/promises"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { journalOf } from "../output/journal-read.ts"
import { runReport } from "../output/report/report.ts"
import { runsRoot } from "../output/run-directory.ts"
import type { CommonOptions } from "./options.ts"

export interface ReportOptions extends CommonOptions {
  out?: string
}

/** `haops report [ID]`: one run, by default the last, as a page that needs nothing else. Over no file but such a page. */
export async function report({ out }: ReportOptions, id?: string): Promise<number> {
  const page = runReport(await journalOf(runsRoot(process.env), id))
  if (out === undefined) process.stdout.write(page)
  else await save(out, page)
  return EXIT.done
}

async function save(file: string, page: string): Promise<void> {
  const there = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw unwritable(file, error)
  })
  if (there !== undefined && there !== "" && !there.includes('<meta name="generator" content="haops report">')) {
    throw new HaopsError("E_INPUT", `${file} is there and is no report of haops`, {
      hint: "Name another file with --out.",
    })
  }
  // What was changed where is nobody else's business.
  await writeFile(file, page, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw unwritable(file, error)
  })
}

function unwritable(file: string, cause: NodeJS.ErrnoException): HaopsError {
  return new HaopsError("E_INPUT", `${file} cannot be written: ${cause.message}`, { cause })
}
