import { cleanLine, cleanLines } from "../base/clean.ts"
import type { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import { count, duration } from "../base/words.ts"
import type { InputProblem } from "../document/problems.ts"
import { createPaint, type Paint } from "./paint.ts"
import { type Scrub, scrubError } from "./scrub.ts"
import { wrapIndented } from "./width.ts"

interface ErrorOptions {
  color: boolean
  /** All of the remote's words, the stack and its causes. */
  verbose: boolean
  /** Where the whole story is. */
  logFile?: string | undefined
  /** Columns. Default 80. */
  width?: number | undefined
  /** Masks secrets that the remote may have printed. Default: none. */
  scrub?: Scrub | undefined
}

/** Lines of the remote's words that are shown without `verbose`: its first and its last, one of which names the cause. */
const REMOTE_LINES = { first: 6, last: 6 }

/** What failed, where, in the remote's own words, and what to do. Ends with a newline. */
export function renderError(thrown: HaopsError, options: ErrorOptions): string {
  const error = options.scrub === undefined ? thrown : scrubError(thrown, options.scrub)
  const paint = createPaint(options.color)
  const problems = problemsOf(error)
  const lines = problems === undefined ? failure(error, paint, options) : inputProblems(error, problems, paint)
  return `${[...lines, ...(options.verbose ? stackLines(error, paint) : [])].join("\n")}\n`
}

function failure(error: HaopsError, paint: Paint, options: ErrorOptions): readonly string[] {
  const { verbose, logFile, width = 80 } = options
  const body = [
    ...(error.details ?? []).flatMap((detail) => cleanLines(detail).map((line) => detailLine(line, paint))),
    ...(error.result === undefined ? [] : remoteLines(error, error.result, paint, verbose)),
    ...hintLines(error, width),
  ]
  const log = logFile === undefined ? "" : `  full log: ${logFile}`
  const host = error.host === undefined ? "" : `  ${error.host}`
  return [
    ...wrapIndented(headline(error), width, "", "  ").map((line) => paint.red(line)),
    ...(body.length > 0 ? ["", ...body] : []),
    paint.dim(`  ${error.code}${host}${log}`),
  ]
}

/** `controller2: haproxy config failed: haproxy -c exited 1` */
function headline({ host, step, message }: HaopsError): string {
  const said = cleanLine(message)
  const where = host === undefined || said.startsWith(`${host}:`) ? "" : `${host}: `
  const what = step === undefined || said.startsWith(cleanLine(step)) ? "" : `${cleanLine(step)} failed: `
  return where + what + said
}

/** Of a diff as a diff is shown. */
function detailLine(line: string, paint: Paint): string {
  const tone = line.startsWith("+") ? paint.green : line.startsWith("-") ? paint.red : (text: string) => text
  return tone(`  ${line}`)
}

function remoteLines(error: HaopsError, result: ExecResult, paint: Paint, verbose: boolean): readonly string[] {
  const { code, signal, stdout, stderr, durationMs } = result
  const words = trimBlank(cleanLines(stderr.trim() === "" ? stdout : stderr))
  const ended = code === null ? `ended by ${signal ?? "a signal"}` : `exit ${code}`
  const lead = `  ${error.host ?? "The host"} said (${ended} after ${duration(durationMs)}):`
  if (words.length === 0) return [paint.dim(lead.replace(" said (", " said nothing (").replace("):", ")."))]
  return [paint.dim(lead), ...(verbose ? words : excerpt(words)).map((line) => `    ${line}`)]
}

/** The beginning and the end, with the number of lines between and where they are. */
function excerpt(words: readonly string[]): readonly string[] {
  const { first, last } = REMOTE_LINES
  const hidden = words.length - first - last
  if (hidden <= 1) return words
  return [...words.slice(0, first), `… ${count(hidden, "line")} more, with -v or in the log`, ...words.slice(-last)]
}

function hintLines({ code, hint }: HaopsError, width: number): readonly string[] {
  const text =
    hint ?? (code === "E_BUG" ? "This is a mistake in haops. Please report it with what -v shows." : undefined)
  return text === undefined ? [] : wrapIndented(`Next: ${cleanLine(text)}`, width, "  ")
}

function problemsOf(error: HaopsError): readonly InputProblem[] | undefined {
  return "problems" in error && Array.isArray(error.problems) ? (error.problems as InputProblem[]) : undefined
}

/** An InputError's message is one line for each problem and a count; here the places stand out and the hint follows. */
function inputProblems(error: HaopsError, problems: readonly InputProblem[], paint: Paint): readonly string[] {
  const lines = cleanLines(error.message).map((line, at) => {
    const problem = problems[at]
    if (problem === undefined) return paint.red(line)
    const place = `${problem.file}:${problem.line}:${problem.column}`
    return line.startsWith(place) ? paint.bold(place) + line.slice(place.length) : line
  })
  return error.hint === undefined ? lines : [...lines, `Next: ${cleanLine(error.hint)}`]
}

function stackLines(error: Error, paint: Paint): readonly string[] {
  const stack = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
  const own = stack.map((line) => paint.dim(`  ${line.trim()}`))
  if (!(error.cause instanceof Error)) return own
  return [
    ...own,
    paint.dim(`  caused by ${error.cause.name}: ${cleanLine(error.cause.message)}`),
    ...stackLines(error.cause, paint),
  ]
}

function trimBlank(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== "")
  const last = lines.findLastIndex((line) => line.trim() !== "")
  return first === -1 ? [] : lines.slice(first, last + 1)
}
