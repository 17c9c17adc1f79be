import { join } from "node:path"
import { fanOut } from "../base/events.ts"
import { createJournalSink, type JournalHeader } from "./journal.ts"
import { createLogSink } from "./log.ts"
import { JOURNAL_FILE, LOG_FILE, makeRunDirectory, pruneRuns, runsRoot } from "./run-directory.ts"
import type { Scrub } from "./scrub.ts"
import type { OutputSink } from "./sink.ts"

export interface RunRecord extends OutputSink {
  /** Absent where no record can be kept. */
  directory?: string | undefined
  logFile?: string | undefined
  /** Why no record is kept: a home that is read-only, or full. The run goes on without. */
  warning?: string | undefined
}

interface RunRecordOptions {
  runId: string
  header: JournalHeader
  scrub: Scrub
  env: NodeJS.ProcessEnv
  /** Told once, where the record breaks off. */
  onError?: ((error: unknown) => void) | undefined
}

/** The log and the journal of one run in a directory of its own; old runs are cleared away. Never rejects. */
export async function openRunRecord(options: RunRecordOptions): Promise<RunRecord> {
  const { runId, header, scrub, env, onError } = options
  const root = runsRoot(env)
  try {
    const directory = makeRunDirectory(root, runId)
    const logFile = join(directory, LOG_FILE)
    const log = await createLogSink({ file: logFile, scrub, onError })
    const journal = createJournalSink({ file: join(directory, JOURNAL_FILE), header, scrub, onError })
    await pruneRuns(root).catch(() => undefined)
    const close = () => {
      log.close()
      journal.close()
    }
    return { sink: fanOut([log.sink, journal.sink]), close, directory, logFile }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { sink: () => {}, close: () => {}, warning: `no log or journal of this run is kept: ${why}` }
  }
}
