import { cleanLine } from "../base/clean.ts"
import { count, duration } from "../base/words.ts"
import type { LiveModel, LiveRow, LiveStage, RowState } from "./live-model.ts"
import type { Paint } from "./paint.ts"
import type { PastTimes } from "./past-times.ts"
import { displayWidth, padEnd, padStart, truncate } from "./width.ts"

interface LiveSize {
  columns: number
  rows: number
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const TIME_COLUMNS = 12
/** Who is shown first where not all hosts fit. */
const URGENCY: readonly RowState[] = ["failed", "busy", "blocked", "waiting", "changed", "quiet"]

/** From when on a row says what it waits for, and how long that took the last time, in milliseconds. */
export const LONG_MS = 60_000

/** What one frame is of: the clock, which frame it is, and what is known of the past. */
interface Moment {
  now: number
  frame: number
  past?: PastTimes | undefined
}

/** One frame: stages, hosts, and a summary of those that do not fit. Never wider or higher than the terminal. */
export function renderFrame(model: LiveModel, size: LiveSize, moment: Moment, paint: Paint): string {
  const { frame } = moment
  const room = Math.max(1, size.rows - 1)
  const stages = stageLines(model.stages, size.columns, frame, paint).slice(0, Math.max(1, Math.floor(room / 3)))
  return [...stages, ...hostLines(model.rows, size.columns, room - stages.length, moment, paint)].join("\n")
}

/** The stages alone, as they are left on the screen at the end. */
export function stageLines(
  stages: readonly LiveStage[],
  columns: number,
  frame: number,
  paint: Paint,
): readonly string[] {
  const lines: { plain: string; painted: string }[] = []
  for (const stage of stages) {
    const word = truncate(`${cleanLine(stage.name)} ${symbol(stage, frame)}`, columns - 2)
    const last = lines.at(-1)
    if (last !== undefined && displayWidth(last.plain) + 2 + displayWidth(word) <= columns) {
      last.plain += `  ${word}`
      last.painted += `  ${tone(stage, paint)(word)}`
    } else {
      lines.push({ plain: `  ${word}`, painted: `  ${tone(stage, paint)(word)}` })
    }
  }
  return lines.map(({ painted }) => painted)
}

function symbol({ state, hosts, settled }: LiveStage, frame: number): string {
  switch (state) {
    case "pending":
      return "·"
    case "running":
      return `${SPINNER[frame % SPINNER.length]} ${Math.min(settled, hosts)}/${hosts}`
    case "done":
    case "changed":
      return "✓"
    case "failed":
      return "✗"
  }
}

function tone({ state }: LiveStage, paint: Paint): (text: string) => string {
  switch (state) {
    case "pending":
      return paint.dim
    case "running":
      return paint.bold
    case "done":
      return paint.green
    case "changed":
      return paint.yellow
    case "failed":
      return paint.red
  }
}

function hostLines(
  all: readonly LiveRow[],
  columns: number,
  room: number,
  moment: Moment,
  paint: Paint,
): readonly string[] {
  if (room < 1) return []
  const fits = all.length <= room
  const shown = fits ? all : mostUrgent(all, room - 1)
  const names = Math.min(Math.floor(columns / 3), Math.max(0, ...shown.map(({ host }) => displayWidth(host))))
  const lines = shown.map((row) => hostLine(row, names, columns, moment, paint))
  return fits ? lines : [...lines, paint.dim(truncate(`  ${summary(all, shown)}`, columns))]
}

/** In the order of the inventory, whichever were chosen. */
function mostUrgent(rows: readonly LiveRow[], most: number): readonly LiveRow[] {
  const urgency = ({ state }: LiveRow) => URGENCY.indexOf(state)
  const chosen = new Set([...rows].sort((a, b) => urgency(a) - urgency(b) || a.since - b.since).slice(0, most))
  return rows.filter((row) => chosen.has(row))
}

function hostLine(row: LiveRow, names: number, columns: number, moment: Moment, paint: Paint): string {
  const { now } = moment
  const ms = row.ms ?? (row.state === "busy" || row.state === "waiting" ? now - row.since : undefined)
  const time = ms === undefined ? "" : padStart(duration(ms), TIME_COLUMNS)
  const name = padEnd(truncate(cleanLine(row.host), names), names)
  const text = truncate(
    isLong(row, now) ? longText(row, moment) : row.text,
    Math.max(0, columns - names - 4 - TIME_COLUMNS),
  )
  const left = padEnd(`  ${name}  ${rowTone(row.state, paint)(text)}`, time === "" ? 0 : columns - TIME_COLUMNS)
  return columns < names + 4 + TIME_COLUMNS ? truncate(`  ${name}`, columns) : left + time
}

/** At work for so long that one asks what it is about. */
export function isLong({ state, since, work }: LiveRow, now: number): boolean {
  return state === "busy" && work !== undefined && now - since >= LONG_MS
}

/** What it waits for comes first, where the line is short. */
function longText({ host, work, text }: LiveRow, { past }: Moment): string {
  if (work === undefined) return text
  const { step, what, waits } = work
  const ms = past?.(step, what, host)
  const before = ms === undefined ? "" : ` (last time ${duration(ms)})`
  return cleanLine(`${waits ? "waiting for " : ""}${what}${before}, for ${step}`)
}

function rowTone(state: RowState, paint: Paint): (text: string) => string {
  switch (state) {
    case "failed":
      return paint.red
    case "changed":
    case "blocked":
      return paint.yellow
    case "busy":
      return (text) => text
    case "waiting":
    case "quiet":
      return paint.dim
  }
}

const STATE_WORDS: Readonly<Record<RowState, string>> = {
  failed: "failed",
  busy: "at work",
  blocked: "blocked",
  waiting: "connecting",
  changed: "changed",
  quiet: "in sync or idle",
}

/** `and 87 more hosts: 20 changed, 67 in sync or idle` */
function summary(all: readonly LiveRow[], shown: readonly LiveRow[]): string {
  const hidden = all.filter((row) => !shown.includes(row))
  const parts = URGENCY.flatMap((state) => {
    const n = hidden.filter((row) => row.state === state).length
    return n === 0 ? [] : [`${n} ${STATE_WORDS[state]}`]
  })
  return `and ${count(hidden.length, "more host")}: ${parts.join(", ")}`
}
