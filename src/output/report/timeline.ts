import { count, duration } from "../../base/words.ts"
import type { JournalChange } from "../journal.ts"
import { type Html, html } from "./html.ts"

const WIDTH = 1000
const NAMES = 150
const ROW = 26
/** The least that is still to be seen of a step. */
const LEAST = 2

/**
 * What was done where and when: the stages, then a row a host, a bar a step, what was only waited for hatched, with a title for whoever
 * points at it. The list below says the same.
 */
export function timeline(changes: readonly JournalChange[], startMs: number, endMs: number): Html {
  const rows = [...new Set(changes.map(rowOf))]
  if (rows.length === 0) return html``
  const span = Math.max(1, endMs - startMs)
  const at = (ms: number) => NAMES + ((WIDTH - NAMES) * Math.min(Math.max(ms - startMs, 0), span)) / span
  const stages = stagesOf(changes)
  const head = stages.length > 1 ? ROW : 0
  const height = head + rows.length * ROW + 24
  const bands = head === 0 ? [] : stages.map((stage, index) => bandOf(stage, stages[index + 1], at, height - 20))
  const bars = changes.map((change) => barOf(change, at, head + rows.indexOf(rowOf(change)) * ROW + 4))
  const names = rows.map((row, index) => html`<text x="0" y="${head + index * ROW + 18}">${row}</text>`)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const x = at(startMs + share * span)
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle"
    return html`<line class="axis" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${head}" y2="${height - 20}"/><text class="dim" x="${x.toFixed(1)}" y="${height - 6}" text-anchor="${anchor}">${duration(share * span)}</text>`
  })
  const waits = bars.some(({ text }) => text.includes('class="wait"'))
    ? html`<figcaption>What is hatched was waiting.</figcaption>`
    : html``
  const label = `Timeline: ${count(rows.length, "row")}, ${count(changes.length, "step")} in ${duration(span)}; the changes below say the same in words`
  return html`<figure class="wide"><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>${bands}${ticks}${names}${bars}</svg>${waits}</figure>`
}

interface Stage {
  name: string
  fromMs: number
  toMs: number
}

/** Stages in the order in which they were done, from their first step's beginning to their last one's end. */
function stagesOf(changes: readonly JournalChange[]): readonly Stage[] {
  const stages = new Map<string, Stage>()
  for (const { stage: name, time, ms = 0 } of changes) {
    const toMs = Date.parse(time)
    const known = stages.get(name) ?? { name, fromMs: toMs - ms, toMs }
    stages.set(name, { name, fromMs: Math.min(known.fromMs, toMs - ms), toMs: Math.max(known.toMs, toMs) })
  }
  return [...stages.values()]
}

/** Of a letter, at the size of the text in a picture. */
const LETTER = 7

/** Its name where there is room for it before the next one begins, which may be before it has ended everywhere. */
function bandOf(stage: Stage, next: Stage | undefined, at: (ms: number) => number, bottom: number): Html {
  const { name, fromMs, toMs } = stage
  const [from, to] = [at(fromMs), at(toMs)]
  const fits = name.length * LETTER < Math.min(to, next === undefined ? to : at(next.fromMs)) - from
  const said = fits ? html`<text class="dim" x="${(from + 3).toFixed(1)}" y="16">${name}</text>` : html``
  return html`<g><title>${`${name}: ${duration(toMs - fromMs)}`}</title><rect class="stage" x="${from.toFixed(1)}" y="0" width="${Math.max(LEAST, to - from).toFixed(1)}" height="${bottom}"/>${said}</g>`
}

function barOf(change: JournalChange, at: (ms: number) => number, y: number): Html {
  const end = Date.parse(change.time)
  const start = end - (change.ms ?? 0)
  const what = `${change.step}: ${change.outcome}${change.ms === undefined ? "" : `, ${duration(change.ms)}`}`
  const bar = html`<rect class="${change.outcome}" x="${at(start).toFixed(1)}" y="${y}" width="${Math.max(LEAST, at(end) - at(start)).toFixed(1)}" height="${ROW - 8}"><title>${what}</title></rect>`
  let begun = start
  const waits = change.actions.map(({ action, ms = 0 }) => {
    const from = begun
    begun += ms
    if (!/^wait for /.test(action) || at(begun) - at(from) < LEAST) return html``
    return html`<rect class="wait" fill="url(#hatch)" x="${at(from).toFixed(1)}" y="${y}" width="${(at(begun) - at(from)).toFixed(1)}" height="${ROW - 8}"><title>${`${action}: ${duration(ms)}`}</title></rect>`
  })
  return html`${bar}${waits}`
}

/** A step of the cluster as a whole has a row of its own, whoever did it. */
export function rowOf({ host, scope }: JournalChange): string {
  return scope === "once" ? "cluster" : host
}
