import type { Outcome } from "../../base/events.ts"
import { count, duration } from "../../base/words.ts"
import type { JournalDrill, JournalEntry } from "../journal.ts"
import type { ChartData } from "./chart-data.ts"
import { type Html, html } from "./html.ts"
import { sectionsPage } from "./sections.ts"

/** What one drill came to. */
interface Held {
  runId: string
  time: string
  cluster: string
  kind: string
  what: string
  sent: number
  failed: number
  /** The longest time without an answer, in milliseconds. */
  outageMs: number
  limitMs?: number | undefined
  foretold?: JournalDrill["foretold"]
  outcome?: Outcome | undefined
}

const WIDTH = 1000
const LEFT = 60
const HEIGHT = 90
const TOP = 14

/** The outages of all drills over time, from the journals of their runs: a strip for each kind on each cluster, and every drill as a row. */
export function drillsReport(runs: readonly (readonly JournalEntry[])[]): string {
  const all = runs.flatMap(heldIn).sort((one, other) => one.time.localeCompare(other.time))
  const kinds = [...new Set(all.map(nameOf))].sort()
  const title = "Drills: outages over time"
  if (all.length === 0) {
    return sectionsPage({ title, intro: html`<p>No drill has been held from this machine yet.</p>` }, [])
  }
  const strips = kinds.map((name, at) => {
    const own = all.filter((one) => nameOf(one) === name)
    return { id: `kind-${at + 1}`, title: name, body: stripOf(name, own, spanOf(all)), hasChart: true }
  })
  return sectionsPage({ title }, [...strips, { id: "all", title: "Every drill", body: tableOf(all) }])
}

function heldIn(entries: readonly JournalEntry[]): readonly Held[] {
  const start = entries.find((entry) => entry.type === "run")
  const end = entries.find((entry) => entry.type === "end")
  if (start === undefined) return []
  return entries
    .filter((entry) => entry.type === "drill")
    .map(({ time, fault, answered, failed, outages, limitMs, foretold }) => ({
      ...{ runId: start.runId, time, cluster: start.cluster, kind: start.verb.replace(/^drill /, ""), what: fault },
      ...{ sent: [...answered, ...failed].filter(([sent]) => sent >= 0).length },
      ...{ failed: failed.filter(([sent]) => sent >= 0).length, limitMs, foretold, outcome: end?.outcome },
      outageMs: Math.max(0, ...outages.map(({ fromMs, toMs }) => toMs - fromMs)),
    }))
}

function nameOf({ kind, cluster }: Held): string {
  return `${kind} on ${cluster}`
}

interface Span {
  fromMs: number
  toMs: number
}

function spanOf(all: readonly Held[]): Span {
  const times = all.map(({ time }) => Date.parse(time))
  return { fromMs: Math.min(...times), toMs: Math.max(...times) }
}

/** A dot as high as the outage was, a cross where the drill did not pass; the limit dashed, where there was one. */
function stripOf(name: string, drills: readonly Held[], { fromMs, toMs }: Span): Html {
  const most = Math.max(100, ...drills.flatMap(({ outageMs, limitMs = 0 }) => [outageMs, limitMs]))
  const x = (time: string) =>
    LEFT + 10 + ((WIDTH - LEFT - 20) * (Date.parse(time) - fromMs)) / Math.max(1, toMs - fromMs)
  const y = (ms: number) => TOP + HEIGHT - (HEIGHT * ms) / most
  const limit = drills.at(-1)?.limitMs
  const line = drills.map(
    ({ time, outageMs }, at) => `${at === 0 ? "M" : "L"}${x(time).toFixed(1)} ${y(outageMs).toFixed(1)}`,
  )
  const marks = drills.map((drill) => {
    const at = `translate(${x(drill.time).toFixed(1)} ${y(drill.outageMs).toFixed(1)})`
    const passed = drill.outcome === "done"
    const shape = passed ? "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0" : "M-5 -5l10 10M5 -5l-10 10"
    return html`<path class="event ${passed ? "back" : "failed"}" transform="${at}" d="${shape}"><title>${saidOf(drill)}</title></path>`
  })
  const dashed =
    limit === undefined
      ? html``
      : html`<line class="mark" x1="${LEFT}" x2="${WIDTH}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}"/>`
  const label = `${name}: ${count(drills.length, "drill")}; the table below has the figures`
  return html`<figure class="wide" data-chart="${JSON.stringify(chartData(drills, { fromMs, toMs }))}"><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 24}">
<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"/><text class="dim" x="0" y="${TOP + 8}">${duration(most)}</text><text class="dim" x="0" y="${TOP + HEIGHT}">0 ms</text>
<text class="dim" x="${LEFT}" y="${TOP + HEIGHT + 18}">${day(fromMs)}</text><text class="dim" x="${WIDTH}" y="${TOP + HEIGHT + 18}" text-anchor="end">${day(toMs)}</text>
${dashed}<path class="course" d="${line.join("")}"/>${marks}</svg></figure>`
}

function saidOf({ time, outageMs, outcome }: Held): string {
  return `${minute(time)}: ${duration(outageMs)} without an answer${outcome === "done" ? "" : `, ${outcome ?? "not ended"}`}`
}

/** The same for the page's script, which shows it closer. */
function chartData(drills: readonly Held[], span: Span): ChartData {
  return {
    ...{ since: "1970", ...span },
    at: drills.map(({ time }) => Date.parse(time)),
    took: drills.map(({ outageMs }) => outageMs),
    failed: drills.flatMap(({ outcome }, at) => (outcome === "done" ? [] : [at])),
    words: drills.map(saidOf),
    outages: [],
    marks: [],
    limitMs: drills.at(-1)?.limitMs,
  }
}

function tableOf(all: readonly Held[]): Html {
  const head = ["when", "drill", "cluster", "what", "requests", "failed", "outage", "limit", "foretold", "outcome"]
  const rows = all.toReversed().map((drill) => {
    const { time, runId, kind, cluster, what, sent, failed, outageMs, limitMs, foretold, outcome } = drill
    const said =
      foretold === undefined ? "" : foretold.right ? "right" : `wrong: ${foretold.place.join(", ") || "nowhere"}`
    return html`<tr><th scope="row"><time datetime="${time}" title="${runId}">${minute(time)}</time></th><td>${kind}</td><td>${cluster}</td><td>${what}</td><td class="n">${sent}</td><td class="n">${failed}</td><td class="n">${duration(outageMs)}</td><td class="n">${limitMs === undefined ? "" : duration(limitMs)}</td><td>${said}</td><td class="${outcome === "done" ? "done" : "failed"}">${outcome ?? "not ended"}</td></tr>`
  })
  return html`<div class="wide"><table class="events"><caption>${count(all.length, "drill")}, the last one first</caption><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function minute(time: string): string {
  return time.slice(0, 16).replace("T", " ")
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
