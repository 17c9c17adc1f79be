import { cleanLine } from "../base/clean.ts"
import { driftSentence } from "../base/drift-words.ts"
import { count, duration } from "../base/words.ts"
import type { JournalChange, JournalEntry, JournalStart } from "./journal.ts"
import type { RunSummary } from "./journal-read.ts"
import { createPaint, type Paint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"
import { type Cell, tableLines } from "./table.ts"
import { mergeTransitions } from "./transitions.ts"
import { wrapIndented } from "./width.ts"
import { driftDone } from "./words.ts"

/** Runs, newest first: when, what, by whom, how it ended. Ends with a newline. */
export function renderRuns(runs: readonly RunSummary[], { color }: ScreenOptions): string {
  if (runs.length === 0) return "No run has been recorded on this machine yet.\n"
  const paint = createPaint(color)
  const head = ["run", "verb", "cluster", "by", "changes", "time", "outcome"].map((text) => ({
    text,
    paint: paint.dim,
  }))
  const rows = runs.map(({ runId, start, changes, end }) => [
    runId,
    cleanLine(verbOf(start)),
    cleanLine(start.cluster),
    cleanLine(`${start.user}@${start.from}`),
    String(changes),
    end === undefined ? "-" : duration(end.ms),
    outcomeCell(end?.outcome, paint),
  ])
  return `${tableLines([head, ...rows], "").join("\n")}\n`
}

/** One run: who and where, each change with before and after, what the cluster did, how it ended. Ends with a newline. */
export function renderRun(entries: readonly JournalEntry[], { color, width }: ScreenOptions): string {
  const paint = createPaint(color)
  return `${entries.flatMap((entry) => entryLines(entry, paint, width)).join("\n")}\n`
}

function entryLines(entry: JournalEntry, paint: Paint, width: number): readonly string[] {
  switch (entry.type) {
    case "run": {
      const { runId, cluster, inventory, hosts, user, from, haops, time } = entry
      const what = `haops ${verbOf(entry)} on ${cluster} (${inventory}), ${count(hosts.length, "host")}`
      return [
        paint.bold(cleanLine(`${runId}  ${what}`)),
        `  ${cleanLine(`by ${user}@${from} with haops ${haops}, begun ${time}`)}`,
      ]
    }
    case "change":
      return changeLines(entry, paint, width)
    case "transitions":
      return mergeTransitions(entry.transitions).map(({ resource, words }) => `  the cluster: ${resource} ${words}`)
    case "drill":
    case "topology":
      return []
    case "end": {
      const { text, paint: tone = (plain) => plain } = outcomeCell(entry.outcome, paint)
      return [`  ended ${entry.time} after ${duration(entry.ms)}: ${tone(text)}`]
    }
  }
}

/** `standby controller2` */
function verbOf({ verb, target }: JournalStart): string {
  return target === undefined ? verb : `${verb} ${target}`
}

function changeLines(
  { host, step, outcome, drift, actions, ms, error, time, scope, unseen }: JournalChange,
  paint: Paint,
  width: number,
) {
  const where = scope === "once" ? `cluster (by ${host})` : host
  const took = ms === undefined ? "" : `  ${duration(ms)}`
  const how = unseen ? `${outcome}, not looked at again` : outcome
  const seen = outcome === "changed" && unseen !== true
  const tone = outcome === "failed" ? paint.red : paint.yellow
  const failed = error === undefined ? [] : wrapIndented(cleanLine(`${error.code}: ${error.message}`), width, "      ")
  return [
    tone(`  ${time.slice(11, 19)}  ${cleanLine(`${where}  ${step}: ${how}`)}${took}`),
    ...drift.flatMap((one) => wrapIndented(seen ? driftText(one) : wantedText(one), width, "      ")),
    ...actions
      .flatMap(({ action, ms }) => wrapIndented(actionText(action, ms), width, "      $ ", "        "))
      .map(paint.dim),
    ...failed.map(paint.red),
  ]
}

function driftText(drift: JournalChange["drift"][number]): string {
  const { attribute, have, want } = drift
  return drift.diff === undefined ? cleanLine(`${attribute}: ${have} → ${want}`) : driftDone(drift)
}

/** Of what nobody has seen to be done: only what was wanted. */
function wantedText(drift: JournalChange["drift"][number]): string {
  return cleanLine(drift.diff === undefined ? driftSentence(drift) : `${drift.attribute}: to be changed`)
}

/** An action's first line; the rest of a script is in the log. */
function actionText(action: string, ms: number | undefined): string {
  return cleanLine(`${action.split("\n")[0]}${ms === undefined ? "" : `  (${duration(ms)})`}`)
}

function outcomeCell(outcome: string | undefined, paint: Paint): Cell {
  if (outcome === undefined) return { text: "not ended: killed, or it still runs", paint: paint.red }
  return { text: outcome, paint: outcome === "done" ? paint.green : paint.red }
}
