import { createJsonSink } from "./json-lines.ts"
import { colorEnabled } from "./paint.ts"
import type { PastTimes } from "./past-times.ts"
import { createPlainSink } from "./plain.ts"
import { runsRoot } from "./run-directory.ts"
import { type Scrub, scrubErrors } from "./scrub.ts"
import type { OutputSink, OutputStream } from "./sink.ts"
import { createTerminalSink } from "./terminal.ts"

interface ProgressOptions {
  /** `--json`: events as JSON lines. */
  json: boolean
  /** `--no-color`. */
  noColor: boolean
  /** `-v`: plain lines of everything, on a terminal too. */
  verbose: boolean
  /** What comes of it tells which hosts were not reached, on the very same terminal. */
  resultTells?: boolean | undefined
  scrub: Scrub
  env: NodeJS.ProcessEnv
}

/** How a run is followed on this stream: JSON lines where asked for, a live table on a capable terminal, else plain lines. */
export async function createProgress(stream: OutputStream, options: ProgressOptions): Promise<OutputSink> {
  const { json, noColor, verbose, resultTells, scrub, env } = options
  if (json) return createJsonSink(stream, { scrub })
  const color = colorEnabled(stream, { noColor, env })
  const live = stream.isTTY === true && env.TERM !== "dumb" && !isSet(env.CI) && !verbose
  const { sink, close, pause } = live
    ? await createTerminalSink(stream, { color, past: () => past(env) })
    : createPlainSink(stream, { color, verbose, resultTells })
  return { sink: scrubErrors(sink, scrub), close, ...(pause && { pause }) }
}

/** Read where somebody waits for it. */
async function past(env: NodeJS.ProcessEnv): Promise<PastTimes> {
  const { pastTimes } = await import("./past-times.ts")
  return await pastTimes(runsRoot(env))
}

/** CI logs keep every frame of a live table, though some offer a terminal. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false"
}
