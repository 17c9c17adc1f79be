import { mkdirSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { HaopsError } from "../base/errors.ts"
import { isRunId } from "./run-id.ts"

export const LOG_FILE = "haops.log"
export const JOURNAL_FILE = "journal.jsonl"
/** Runs whose directories are kept. */
const KEPT_RUNS = 100

/** `$XDG_STATE_HOME/haops/runs`, by default under `~/.local/state`. A relative XDG_STATE_HOME is ignored, as its specification asks. */
export function runsRoot(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME
  const base = state !== undefined && isAbsolute(state) ? state : join(env.HOME ?? homedir(), ".local", "state")
  return join(base, "haops", "runs")
}

/** Make a run's directory, readable by its owner alone. Throws what the file system says. */
export function makeRunDirectory(root: string, runId: string): string {
  const directory = join(root, runId)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return directory
}

/** The ids of the runs that are kept, newest first; none where there is no directory yet. Throws `E_INPUT` where it cannot be read. */
export async function runIds(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []
    throw new HaopsError("E_INPUT", `the runs in ${root} cannot be read: ${error.message}`, { cause: error })
  })
  return names.filter(isRunId).sort().reverse()
}

/** Remove all but the newest runs. Touches only directories that are named like a run. */
export async function pruneRuns(root: string, keep: number = KEPT_RUNS): Promise<void> {
  const old = (await runIds(root)).slice(keep)
  await Promise.all(old.map((runId) => rm(join(root, runId), { recursive: true, force: true })))
}
