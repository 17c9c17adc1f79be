import { cleanLine } from "../../base/clean.ts"
import { count, duration } from "../../base/words.ts"
import type { JournalDrill } from "../journal.ts"
import type { ChartData } from "./chart-data.ts"
import { type Html, html } from "./html.ts"

const WIDTH = 1000
const LEFT = 60
const TOP = 40
const HEIGHT = 220

/**
 * Each request of a drill over time: a dot where it was answered, as high as the answer took; a red mark at the top where it was not;
 * outages shaded; what happened beside it as numbered lines, which the list below has in words. Where scripts run, one draws the same from
 * its figures in the place of this picture, and shows parts of it closer; this one is for paper, for screen readers and for all else.
 */
export function drillChart(drill: JournalDrill): Html {
  const { fault, at, answered, failed, outages, marks, foretold, limitMs } = drill
  const all = [...answered, ...failed]
  if (all.length === 0) return html`<p>No request was sent.</p>`
  const from = Math.min(...all.map(([sent]) => sent))
  const span = Math.max(1, Math.max(...all.map(([, ended]) => ended), ...marks.map(({ ms }) => ms)) - from)
  const most = Math.max(10, ...answered.map(([sent, ended]) => ended - sent))
  const x = (ms: number) => LEFT + ((WIDTH - LEFT) * Math.min(Math.max(ms - from, 0), span)) / span
  const y = (ms: number) => TOP + HEIGHT - (HEIGHT * ms) / most
  const shaded = outages.map(
    ({ fromMs, toMs }) =>
      html`<rect class="outage" x="${x(fromMs).toFixed(1)}" y="${TOP}" width="${Math.max(1, x(toMs) - x(fromMs)).toFixed(1)}" height="${HEIGHT}"><title>${`no answer for ${duration(toMs - fromMs)}`}</title></rect>`,
  )
  const dots = answered.map(([sent, ended]) => `M${x(sent).toFixed(1)} ${y(ended - sent).toFixed(1)}h0`).join("")
  const missed = failed.map(([sent]) => `M${x(sent).toFixed(1)} ${TOP}v10`).join("")
  const lines = marks.map(
    ({ ms }, index) =>
      html`<line class="mark" x1="${x(ms).toFixed(1)}" x2="${x(ms).toFixed(1)}" y1="${TOP - 8}" y2="${TOP + HEIGHT}"/><text x="${x(ms).toFixed(1)}" y="${index % 2 === 0 ? 12 : 26}" text-anchor="middle">${index + 1}</text>`,
  )
  const label = `${count(all.length, "request")}, ${failed.length} of them without an answer; the list below says what happened when`
  return html`<p>${fault}; ${at} was asked.</p>
<figure class="wide" data-chart="${JSON.stringify(chartData(drill, { fromMs: from, toMs: from + span }))}"><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 24}">
${shaded}<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"/>
<text class="dim" x="0" y="${TOP + 10}">${duration(most)}</text><text class="dim" x="0" y="${TOP + HEIGHT}">0 ms</text>
${ticksOf(from, from + span).map((ms) => html`<text class="dim" x="${x(ms).toFixed(1)}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${ms === 0 ? "fault" : `${ms / 1000} s`}</text>`)}
<path class="answers" d="${dots}"/><path class="misses" d="${missed}"/>${lines}</svg>
<figcaption>Each request by when it was sent and how long its answer took.</figcaption></figure>
<ol>${marks.map(({ ms, what }) => html`<li>${what}: ${ms < 0 ? `${duration(-ms)} before the fault` : `after ${duration(ms)}`}</li>`)}</ol>
${foretoldOf(foretold)}${outagesOf(outages, limitMs)}`
}

/** The same for the page's script, which shows it closer. */
function chartData(
  { answered, failed, outages, marks }: JournalDrill,
  span: Pick<ChartData, "fromMs" | "toMs">,
): ChartData {
  const all = [...answered.map((one) => ({ one, lost: false })), ...failed.map((one) => ({ one, lost: true }))]
  all.sort(({ one: [sent] }, { one: [other] }) => sent - other)
  return {
    ...{ since: "fault", ...span },
    at: all.map(({ one: [sent] }) => sent),
    took: all.map(({ one: [sent, ended] }) => ended - sent),
    failed: all.flatMap(({ lost }, at) => (lost ? [at] : [])),
    outages,
    marks: marks.map(({ ms, what }) => ({ ms, what: cleanLine(what) })),
  }
}

/** What was predicted against what came. */
function foretoldOf(foretold: JournalDrill["foretold"]): Html {
  if (foretold === undefined) return html``
  const words = (on: readonly string[]) => (on.length === 0 ? "nowhere" : on.join(", "))
  const { place, seen, right } = foretold
  return html`<p>${`The VIP was foretold to go to: ${words(place)}. It went to: ${words(seen)}`}, <span class="${right ? "done" : "failed"}">${right ? "as foretold" : "otherwise than foretold"}</span>.</p>`
}

/** Whole seconds since the fault, such that some eight of them fit, and none where its words would be cut off. */
function ticksOf(fromMs: number, toMs: number): readonly number[] {
  const step = [1, 2, 5, 10, 30, 60, 300].map((s) => s * 1000).find((ms) => (toMs - fromMs) / ms <= 10) ?? 600_000
  const first = Math.ceil(fromMs / step)
  const all = Array.from({ length: Math.floor(toMs / step) - first + 1 }, (_, index) => (first + index) * step)
  return all.filter((ms) => ms === 0 || (ms - fromMs > step / 4 && toMs - ms > step / 4))
}

function outagesOf(outages: JournalDrill["outages"], limitMs: number | undefined): Html {
  if (outages.length === 0) return html`<p>Every request was answered in time.</p>`
  const limit = limitMs === undefined ? "" : `; none was to be longer than ${duration(limitMs)}`
  const rows = outages.map(
    ({ fromMs, toMs }) =>
      html`<tr><td class="n">${duration(fromMs)}</td><td class="n">${duration(toMs)}</td><td class="n">${duration(toMs - fromMs)}</td></tr>`,
  )
  const head = ["from", "to", "without an answer"].map((name) => html`<th scope="col">${name}</th>`)
  return html`<table><caption>Outages, since the fault${limit}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`
}
