import { count, duration } from "../../base/words.ts"
import type { JournalChange, JournalDrill, JournalEnd, JournalEntry, JournalStart } from "../journal.ts"
import { mergeTransitions } from "../transitions.ts"
import { changesOf } from "./changes.ts"
import { drillChart } from "./drill-chart.ts"
import { type Html, html } from "./html.ts"
import { type Section, sectionsPage } from "./sections.ts"
import { timeline } from "./timeline.ts"
import { topologySection } from "./topology.ts"

/** A run as one page that needs nothing else, from its journal alone. */
export function runReport(entries: readonly JournalEntry[]): string {
  const start = entries.find((entry): entry is JournalStart => entry.type === "run")
  const end = entries.find((entry): entry is JournalEnd => entry.type === "end")
  const changes = entries.filter((entry): entry is JournalChange => entry.type === "change")
  const verb = [start?.verb ?? "run", start?.target].filter((word) => word !== undefined).join(" ")
  const title = `haops ${verb} on ${start?.cluster ?? "?"}`
  const sections = [
    { id: "run", title: "Run", body: runOf(start, end, changes.length) },
    ...drillsOf(entries),
    { id: "timeline", title: "Timeline", body: timelineOf(entries, changes) },
    { id: "cluster", title: "What the cluster did", body: clusterOf(entries) },
    { id: "topology", title: "Who holds what", body: topologyIn(entries) },
    { id: "changes", title: "Changes", body: changesOf(changes) },
    { id: "recap", title: "Recap", body: recapOf(end) },
  ]
  return sectionsPage({ title, name: `${title}, ${start?.runId ?? ""}` }, sections)
}

function runOf(start: JournalStart | undefined, end: JournalEnd | undefined, changes: number): Html {
  const outcome = end?.outcome ?? "not ended: killed, or it still ran"
  const known =
    start === undefined
      ? []
      : [
          ["run", start.runId],
          ["cluster", `${start.cluster} (${start.inventory})`],
          ["hosts", start.hosts.join(", ")],
          ["by", `${start.user}@${start.from} with haops ${start.haops}`],
          ["begun", start.time],
        ]
  const facts = [...known, ["changes", `${changes}`], ["time", end === undefined ? "?" : duration(end.ms)]]
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
<dt>outcome</dt><dd class="${end?.outcome === "done" ? "done" : "failed"}">${outcome}</dd></dl>`
}

function timelineOf(entries: readonly JournalEntry[], changes: readonly JournalChange[]): Html {
  const times = entries.map(({ time }) => Date.parse(time)).filter((time) => !Number.isNaN(time))
  if (times.length === 0) return html``
  return timeline(changes, Math.min(...times), Math.max(...times))
}

function drillsOf(entries: readonly JournalEntry[]): readonly Section[] {
  const drills = entries.filter((entry): entry is JournalDrill => entry.type === "drill")
  return drills.map((drill, at) => ({
    id: at === 0 ? "drill" : `drill-${at + 1}`,
    title: "What clients noticed",
    body: drillChart(drill),
    hasChart: drill.answered.length + drill.failed.length > 0,
  }))
}

function clusterOf(entries: readonly JournalEntry[]): Html {
  const moves = entries.flatMap((entry) => (entry.type === "transitions" ? mergeTransitions(entry.transitions) : []))
  if (moves.length === 0) return html``
  return html`<ul>${moves.map(({ resource, words }) => html`<li>${resource} ${words}</li>`)}</ul>`
}

/** The last word on it: a run that goes on after it was asked for again has several. */
function topologyIn(entries: readonly JournalEntry[]): Html {
  const told = entries.findLast((entry) => entry.type === "topology")
  if (told === undefined) return html``
  const predicted = entries.flatMap((entry) => (entry.type === "transitions" ? entry.transitions : []))
  return topologySection(told.before, told.after, predicted)
}

function recapOf(end: JournalEnd | undefined): Html {
  if (end === undefined || end.recap.length === 0) return html``
  const rows = end.recap.map(
    ({ host, ok, changed, failed, ms }) =>
      html`<tr><th scope="row">${host}</th><td class="n">${ok}</td><td class="n">${changed}</td><td class="n">${failed}</td><td class="n">${duration(ms)}</td></tr>`,
  )
  const head = ["host", "ok", "changed", "failed", "time"].map((name) => html`<th scope="col">${name}</th>`)
  return html`<div class="wide"><table><caption>${count(end.recap.length, "row")}: steps that were looked at</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}
