import { closeSync, openSync, writeSync } from "node:fs"
import type { HaopsError } from "../base/errors.ts"
import type { HaopsEvent } from "../base/events.ts"
import { type Scrub, toScrubbedJson } from "./scrub.ts"
import { neverThrow, type OutputSink } from "./sink.ts"

interface LogOptions {
  file: string
  scrub: Scrub
  /** Told once, where writing fails (a full disk); the run goes on. */
  onError?: ((error: unknown) => void) | undefined
}

/** Lines of steps in sync are kept back up to this many, since a hundred hosts tell thousands. */
const KEPT_LINES = 100

/**
 * The whole story of a run as pino's lines of JSON, in a file for its owner alone: every event, with stack and the remote's
 * output where something failed. Written synchronously (but for steps in sync), so that what was told before a crash is there after it. Rejects
 * where the file cannot be made.
 */
export async function createLogSink(options: LogOptions): Promise<OutputSink> {
  const { file, scrub, onError } = options
  // The default export is what both Node and the bundle have: pino is CommonJS.
  const { default: pino } = await import("pino")
  const handle = openSync(file, "a", 0o600)
  const kept: string[] = []
  // pino's own destination syncs the disk with each flush, which can take longer than a step.
  const flush = () => {
    if (kept.length > 0) writeSync(handle, kept.splice(0).join(""))
  }
  const destination = { write: (line: string) => void kept.push(line) }
  const logger = pino({ base: null, level: "debug", timestamp: pino.stdTimeFunctions.isoTime }, destination)
  const sink = neverThrow((event) => {
    if (event.type === "drilled" || event.type === "topology") return
    const level = levelOf(event)
    logger[level](scrubbed(event, scrub), event.type)
    if (level !== "debug" || kept.length >= KEPT_LINES) flush()
  }, onError)
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    try {
      flush()
    } catch (error) {
      onError?.(error)
    }
    closeSync(handle)
  }
  return { sink: (event) => (closed ? undefined : sink(event)), close }
}

function levelOf(event: HaopsEvent): "debug" | "info" | "warn" | "error" {
  switch (event.type) {
    case "host-unreachable":
    case "host-failed":
    case "step-failed":
      return "error"
    case "step-blocked":
      return "warn"
    case "finding":
      return event.finding.severity === "error" ? "error" : "warn"
    case "message":
      return event.level === "warning" ? "warn" : "info"
    case "step-in-sync":
      return "debug"
    default:
      return "info"
  }
}

/** The event as plain data with its secrets masked; `event` names its type, since pino's own keys are `level` and `msg`. */
function scrubbed(event: HaopsEvent, scrub: Scrub): object {
  const { type, ...fields } = event
  const told = "error" in event ? { ...fields, error: withCauses(event.error) } : fields
  const { level, ...rest } = JSON.parse(toScrubbedJson(told, scrub)) as Record<string, unknown>
  return level === undefined ? { event: type, ...rest } : { event: type, severity: level, ...rest }
}

/** An error with what its JSON leaves out. Causes are followed a few steps, since they may go round. */
function withCauses(error: HaopsError): object {
  return { ...error.toJSON(), stack: error.stack, causes: causesOf(error) }
}

function causesOf(error: Error): readonly string[] {
  const causes: string[] = []
  for (let cause = error.cause; cause !== undefined && causes.length < 5; ) {
    causes.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return causes
}
