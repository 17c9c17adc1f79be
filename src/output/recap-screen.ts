import { cleanLine } from "../base/clean.ts"
import { count, duration, listing } from "../base/words.ts"
import type { RecapLine } from "../engine/plan-model.ts"
import { createPaint, type Paint } from "./paint.ts"
import type { Recap } from "./recap.ts"
import { padEnd, padStart, wrap } from "./width.ts"
import { nothingToDo } from "./words.ts"

interface RecapOptions {
  color: boolean
  /** Columns. */
  width: number
  /** What the run proved at its end: `3 nodes online, vip on controller1 answers on 14 of 14 services.` */
  summary?: string | undefined
  /** Why it ended, where it was canceled: `not confirmed; nothing was touched`. */
  ended?: string | undefined
  /** Where the log and the journal are. */
  log?: string | undefined
}

/** Past this many, hosts with nothing to tell are one line together. */
const MANY = 20

/** The table of hosts and the closing sentence. A run that found nothing to do is the sentence alone. Ends with a newline. */
export function renderRecap(recap: Recap, options: RecapOptions): string {
  const paint = createPaint(options.color)
  if (recap.outcome === "canceled" && !recap.touched) return `${paint.red(untouched(options))}\n`
  const quiet = isQuiet(recap)
  const closing = [closingSentence(recap), quiet ? undefined : options.summary, logSentence(quiet, options.log)]
  const tone = recap.outcome === "done" ? (text: string) => text : paint.red
  const lines = wrap(closing.filter((part) => part !== undefined).join(" "), options.width).map(tone)
  if (quiet || recap.lines.length === 0) return `${lines.join("\n")}\n`
  return `${["", ...table(recap.lines, paint), ...blockedLines(recap, paint, options.width), ...lines].join("\n")}\n`
}

/** A run that was canceled before it touched anything has no table. */
function untouched({ ended = "interrupted; nothing was touched", width }: RecapOptions): string {
  const said = cleanLine(ended)
  return wrap(`${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`, width).join("\n")
}

/** True where nothing was changed and nothing went wrong. */
function isQuiet({ lines, outcome, blocked }: Recap): boolean {
  return outcome === "done" && blocked.length === 0 && lines.every((line) => isStill(line))
}

function isStill(line: RecapLine): boolean {
  return line.changed === 0 && line.failed === 0 && !line.unreachable
}

function table(lines: readonly RecapLine[], paint: Paint): readonly string[] {
  const shown = lines.length > MANY ? lines.filter((line) => !isStill(line) || line.host === "cluster") : lines
  const rest = lines.length - shown.length
  const width = Math.max(14, ...shown.map((line) => line.host.length))
  const head = `${padEnd("", width)}  ${padStart("ok", 3)}  changed  failed  ${padStart("time", 11)}`
  const body = shown.map((line) => row(line, width, paint))
  return [head, ...body, ...(rest > 0 ? [paint.dim(`and ${count(rest, "host")} in sync`)] : []), ""]
}

function row(line: RecapLine, width: number, paint: Paint): string {
  const name = padEnd(line.host, width)
  if (line.unreachable)
    return paint.red(`${name}  ${padStart("-", 3)}  ${padStart("-", 7)}  ${padStart("-", 6)}  unreachable`)
  const changed = padStart(String(line.changed), 7)
  const failed = padStart(String(line.failed), 6)
  const cells = [
    padStart(String(line.ok), 3),
    line.changed > 0 ? paint.yellow(changed) : changed,
    line.failed > 0 ? paint.red(failed) : failed,
    padStart(duration(line.ms), 11),
  ]
  const tone = line.failed > 0 ? paint.red : line.changed > 0 ? paint.yellow : paint.green
  return `${tone(name)}  ${cells.join("  ")}`
}

function blockedLines({ blocked }: Recap, paint: Paint, width: number): readonly string[] {
  if (blocked.length === 0) return []
  const lines = blocked.flatMap((one) => wrap(cleanLine(one), width - 2).map((line) => paint.yellow(`  ${line}`)))
  return [paint.yellow("Blocked, to be done by a later run:"), ...lines, ""]
}

function closingSentence(recap: Recap): string {
  const { outcome, ms, lines } = recap
  const hosts = lines.filter((line) => line.host !== "cluster")
  const time = duration(ms)
  const left = recap.blocked.length > 0 ? ` except for ${count(recap.blocked.length, "blocked step")}` : ""
  const cluster = lines.length > hosts.length
  const bad = hosts.filter((line) => line.failed > 0 || line.unreachable).map((line) => line.host)
  switch (outcome) {
    case "done":
      if (isQuiet(recap)) return nothingToDo(hosts.length, recap.inventory, ms, cluster)
      return `Converged in ${time}${left}.`
    case "partial": {
      const good = hosts.length - bad.length
      const rest = bad.length > 0 ? `; not ${listing(bad)}. Repair and run haops again.` : "."
      return `${good} of ${count(hosts.length, "host")} converged in ${time}${left}${rest}`
    }
    case "failed": {
      const where = bad.length > 0 ? bad : lines.filter((line) => line.failed > 0).map((line) => line.host)
      const next = recap.touched ? "What was done stays; run haops again to continue." : "Nothing was changed."
      return `Failed after ${time}${where.length > 0 ? ` on ${listing(where)}` : ""}. ${next}`
    }
    case "unreachable":
      return `None of ${count(hosts.length, "host")} could be reached; nothing was changed.`
    case "locked":
      return recap.touched
        ? `Ended after ${time}: the lock was lost. ${halfDone(recap)} What was done stays; run haops again to continue.`
        : "Another run holds the lock; nothing was changed."
    case "canceled":
      return `Interrupted after ${time}. ${halfDone(recap)} Run haops again to complete it.`
  }
}

function halfDone({ unfinished }: Recap): string {
  const said = unfinished.map(({ step, host }) => `${cleanLine(step)} on ${host}`)
  return said.length === 0 ? "Nothing is half done." : `Half done: ${listing(said)}.`
}

function logSentence(quiet: boolean, log: string | undefined): string | undefined {
  return quiet || log === undefined ? undefined : `Log: ${log}`
}
