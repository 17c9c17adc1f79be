import { count, duration } from "../../base/words.ts"
import type { Collected } from "../../collect/collect.ts"
import type { ClusterEvent } from "../../collect/events.ts"
import { type Html, html } from "./html.ts"
import { sectionsPage } from "./sections.ts"

/** What was taken of a cluster, and what it tells. */
export interface PostMortem {
  cluster: string
  sinceMs: number
  untilMs: number
  hosts: readonly (Pick<Collected, "host" | "files" | "skew"> | { host: string; error: string })[]
  events: readonly ClusterEvent[]
}

const WIDTH = 1000
const NAMES = 150
const ROW = 34
/** More than anybody reads; the rest is in the files. */
const MOST = 2000

/** What is told apart by more than its colour. */
const MARKS: Readonly<Record<ClusterEvent["kind"], { words: string; path: string }>> = {
  left: { words: "left", path: "M-6 -5h12l-6 11z" },
  failed: { words: "failed", path: "M-5 -5l10 10M5 -5l-10 10" },
  moved: { words: "moved", path: "M-5 0l5 -6 5 6 -5 6z" },
  back: { words: "back", path: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0" },
  done: { words: "done by somebody", path: "M-4 -4h8v8h-8z" },
}

/** The page of a post-mortem: who left, what moved, what failed, by one clock; a row a host, and below it each line that tells of it. */
export function postMortemPage(found: PostMortem): string {
  const title = `${found.cluster}: what happened since ${minute(found.sinceMs)}`
  const { events } = found
  const shown = events.slice(0, MOST)
  const more =
    events.length > MOST
      ? html`<p>${`${events.length - MOST} later ones are in the files alone; a shorter time by --since shows them.`}</p>`
      : html``
  const sections = [
    { id: "timeline", title: "Timeline", body: timelineOf(found, shown) },
    { id: "events", title: "What happened", body: html`${tableOf(shown)}${more}` },
    { id: "hosts", title: "What was taken", body: hostsOf(found) },
  ]
  const clocks = "Times are UTC by the clock of the machine that asked; the hosts' own are corrected by it."
  return sectionsPage({ title, intro: html`<p>${clocks} ${`Taken at ${minute(found.untilMs)}.`}</p>` }, sections)
}

function timelineOf({ hosts, untilMs }: PostMortem, events: readonly ClusterEvent[]): Html {
  if (events.length === 0) return html`<p>No line tells of anybody who left, or of anything that moved or failed.</p>`
  const clock = clockOf(events)
  const from = events[0]!.ms
  const to = Math.min(untilMs, Math.max(events.at(-1)!.ms, from + 1000))
  const x = (ms: number) => NAMES + 10 + ((WIDTH - NAMES - 20) * (ms - from)) / Math.max(1, to - from)
  const rows = hosts.map(({ host }) => host)
  const height = rows.length * ROW + 24
  const names = rows.map(
    (row, at) =>
      html`<text x="0" y="${at * ROW + 21}">${row}</text><line class="axis" x1="${NAMES}" x2="${WIDTH}" y1="${at * ROW + 17}" y2="${at * ROW + 17}"/>`,
  )
  const marks = events.flatMap(({ ms, hosts, kind, words }) =>
    hosts.map((host) => {
      const at = `translate(${x(ms).toFixed(1)} ${rows.indexOf(host) * ROW + 17})`
      return html`<path class="event ${kind}" transform="${at}" d="${MARKS[kind].path}"><title>${`${clock(ms)} ${words}`}</title></path>`
    }),
  )
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const ms = from + share * (to - from)
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle"
    return html`<text class="dim" x="${x(ms).toFixed(1)}" y="${height - 4}" text-anchor="${anchor}">${clock(ms).slice(0, -4)}</text>`
  })
  const label = `${count(events.length, "event")} on ${count(rows.length, "host")} in ${duration(to - from)}; the table below says the same in words`
  const legend = Object.entries(MARKS).map(
    ([kind, { words, path }]) =>
      html`<li><svg class="key" aria-hidden="true" viewBox="-8 -8 16 16"><path class="event ${kind}" d="${path}"/></svg> ${words}</li>`,
  )
  return html`<figure class="wide"><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}">${names}${ticks}${marks}</svg><figcaption><ul class="keys">${legend}</ul></figcaption></figure>`
}

function tableOf(events: readonly ClusterEvent[]): Html {
  if (events.length === 0) return html``
  const clock = clockOf(events)
  const head = ["time", "kind", "what", "told by"].map((name) => html`<th scope="col">${name}</th>`)
  const rows = events.map(
    ({ ms, hosts, kind, words, line }) =>
      html`<tr><td><time datetime="${new Date(ms).toISOString()}">${clock(ms)}</time></td><td class="${kind}">${MARKS[kind].words}</td><td><details><summary>${words}</summary><pre>${line}</pre></details></td><td>${hosts.join(", ")}</td></tr>`,
  )
  return html`<div class="wide"><table class="events"><caption>${count(events.length, "event")}, the first one first</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function hostsOf({ hosts }: PostMortem): Html {
  const rows = hosts.map((one) => {
    if ("error" in one)
      return html`<tr><th scope="row">${one.host}</th><td class="failed" colspan="3">${one.error}</td></tr>`
    const { host, files, skew } = one
    const cuts = files.flatMap(({ path, cut = 0, where }) => (cut === 0 ? [] : [`${path}: ${cutWords(cut, where)}`]))
    return html`<tr><th scope="row">${host}</th><td class="n">${files.length}</td><td>${skewWords(skew)}</td><td>${cuts.length === 0 ? "nothing" : cuts.join("; ")}</td></tr>`
  })
  const head = ["host", "files", "its clock", "left out"].map((name) => html`<th scope="col">${name}</th>`)
  return html`<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}

/** What a file is without. */
export function cutWords(cut: number, where: Collected["files"][number]["where"]): string {
  if (where === "unreadable") return `${bytes(cut)} that the host cannot unpack`
  return where === "start" ? `${bytes(cut)} before it` : `${bytes(cut)} after it`
}

/** How a host's clock goes beside this machine's. */
export function skewWords(skew: Collected["skew"]): string {
  if (skew === undefined) return "not told"
  const { ms, marginMs } = skew
  const margin = `± ${duration(Math.ceil(marginMs))}`
  if (Math.abs(ms) <= marginMs || Math.abs(ms) < 1) return `right (${margin})`
  return `${duration(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"} (${margin})`
}

export function bytes(n: number): string {
  if (n < 1000) return count(n, "byte")
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} kB`
  return `${(n / 1e6).toFixed(1)} MB`
}

/** Times of the events, in UTC; with their day where they are of more than one. */
function clockOf(events: readonly ClusterEvent[]): (ms: number) => string {
  const iso = (ms: number) => new Date(ms).toISOString()
  const days = new Set(events.map(({ ms }) => iso(ms).slice(0, 10)))
  return (ms) => `${days.size > 1 ? `${iso(ms).slice(5, 10)} ` : ""}${iso(ms).slice(11, 23)}`
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`
}
