import type { HaopsError } from "../base/errors.ts"
import type { Outcome } from "../base/events.ts"
import type { Plan, RecapLine } from "../engine/plan-model.ts"
import { type Scrub, toScrubbedJson } from "./scrub.ts"
import { neverThrow, type OutputSink, type OutputStream } from "./sink.ts"

interface JsonOptions {
  scrub: Scrub
  now?: (() => Date) | undefined
}

/** Progress for programs: each event as one line of JSON with its `time` (ISO 8601, UTC). Secrets are masked. */
export function createJsonSink(stream: OutputStream, options: JsonOptions): OutputSink {
  const { scrub, now = () => new Date() } = options
  const sink = neverThrow((event) => {
    if (event.type === "drilled" || event.type === "topology") return
    stream.write(`${toScrubbedJson({ time: now().toISOString(), ...event }, scrub)}\n`)
  })
  return { sink, close: () => {} }
}

/** What a verb has to say at its end; parts that do not apply are absent. */
export interface Result {
  verb: string
  cluster?: string | undefined
  inventory?: string | undefined
  runId?: string | undefined
  outcome: Outcome
  /** The exit code that goes with it. */
  exit: number
  ms: number
  plan?: Plan | undefined
  recap?: readonly RecapLine[] | undefined
  errors?: readonly HaopsError[] | undefined
  /** Directory of the log and the journal. */
  log?: string | undefined
  /** Whatever else the verb reports. */
  details?: unknown
}

/** The one document that `--json` prints on standard output, newline included. Secrets are masked. */
export function resultDocument(result: Result, scrub: Scrub): string {
  return `${toScrubbedJson(result, scrub, 2)}\n`
}
