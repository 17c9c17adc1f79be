import { count, duration } from "../../base/words.ts"
import type { JournalChange } from "../journal.ts"
import { type Html, html } from "./html.ts"

const WIDTH = 1000
const NAMES = 150
const ROW = 26
/** The least that is still to be seen of a step. */
const LEAST = 2

/** What was done where and when: a row a host, a bar a step, with a title for whoever points at it. The list below says the same. */
export function timeline(changes: readonly JournalChange[], startMs: number, endMs: number): Html {
  const rows = [...new Set(changes.map(rowOf))]
  if (rows.length === 0) return html``
  const span = Math.max(1, endMs - startMs)
  const at = (ms: number) => NAMES + ((WIDTH - NAMES) * Math.min(Math.max(ms - startMs, 0), span)) / span
  const height = rows.length * ROW + 24
  const bars = changes.map((change) => {
    const end = Date.parse(change.time)
    const [from, to] = [at(end - (change.ms ?? 0)), at(end)]
    const y = rows.indexOf(rowOf(change)) * ROW + 4
    const what = `${change.step}: ${change.outcome}${change.ms === undefined ? "" : `, ${duration(change.ms)}`}`
    return html`<rect class="${change.outcome}" x="${from.toFixed(1)}" y="${y}" width="${Math.max(LEAST, to - from).toFixed(1)}" height="${ROW - 8}"><title>${what}</title></rect>`
  })
  const names = rows.map((row, index) => html`<text x="0" y="${index * ROW + 18}">${row}</text>`)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const x = at(startMs + share * span)
    const anchor = share === 1 ? "end" : "middle"
    return html`<line class="axis" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="0" y2="${height - 20}"/><text class="dim" x="${x.toFixed(1)}" y="${height - 6}" text-anchor="${anchor}">${duration(share * span)}</text>`
  })
  const label = `Timeline: ${count(rows.length, "row")}, ${count(changes.length, "step")} in ${duration(span)}; the changes below say the same in words`
  return html`<figure><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}">${ticks}${names}${bars}</svg></figure>`
}

/** A step of the cluster as a whole has a row of its own, whoever did it. */
export function rowOf({ host, scope }: JournalChange): string {
  return scope === "once" ? "cluster" : host
}
