import type uPlot from "uplot"
import type { ChartData } from "../chart-data.ts"

/** In pixels of the page, at any zoom. */
const LEAST = 2
const FAILED = 12
const CROSS = 5

/** A colour of the page as it is now, by day or by night. */
export function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
}

/** What the points stand on: outages, and the limit. */
export function drawBehind(chart: uPlot, { outages, since, limitMs }: ChartData): void {
  const { ctx, bbox } = chart
  within(chart, () => {
    ctx.fillStyle = ink("--del")
    for (const { fromMs, toMs } of outages) {
      const from = chart.valToPos(fromMs, "x", true)
      ctx.fillRect(
        from,
        bbox.top,
        Math.max(LEAST * devicePixelRatio, chart.valToPos(toMs, "x", true) - from),
        bbox.height,
      )
    }
    if (since === "fault" || limitMs === undefined) return
    const y = chart.valToPos(limitMs, "y", true)
    line(chart, [bbox.left, y], [bbox.left + bbox.width, y], "--ink")
  })
}

/** What must be seen at every zoom: who failed, and what happened when. */
export function drawOver(chart: uPlot, data: ChartData): void {
  within(chart, () => {
    for (const at of data.failed) drawFailed(chart, data, at)
    for (const { ms } of data.marks) {
      const x = chart.valToPos(ms, "x", true)
      line(chart, [x, chart.bbox.top], [x, chart.bbox.top + chart.bbox.height], "--ink")
    }
  })
  drawNumbers(chart, data)
}

/** A request's mark is at the top, since it took no time that counts; a drill's is as high as its outage. */
function drawFailed({ ctx, bbox, valToPos }: uPlot, { since, at, took }: ChartData, failed: number): void {
  const x = valToPos(at[failed]!, "x", true)
  if (since === "fault") {
    ctx.fillStyle = ink("--bad")
    ctx.fillRect(x, bbox.top, LEAST * devicePixelRatio, FAILED * devicePixelRatio)
    return
  }
  const y = valToPos(took[failed]!, "y", true)
  const half = CROSS * devicePixelRatio
  ctx.strokeStyle = ink("--bad")
  ctx.lineWidth = LEAST * devicePixelRatio
  ctx.stroke(new Path2D(`M${x - half} ${y - half}l${2 * half} ${2 * half}m0 ${-2 * half}l${-2 * half} ${2 * half}`))
}

/** Those of the list below, above the chart, in two rows. */
function drawNumbers({ ctx, bbox, valToPos }: uPlot, { marks }: ChartData): void {
  ctx.save()
  ctx.fillStyle = ink("--ink")
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textAlign = "center"
  ctx.textBaseline = "bottom"
  for (const [at, { ms }] of marks.entries()) {
    const x = valToPos(ms, "x", true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillText(`${at + 1}`, x, bbox.top - (at % 2 === 0 ? 14 : 0) * devicePixelRatio)
  }
  ctx.restore()
}

function line({ ctx }: uPlot, from: readonly [number, number], to: readonly [number, number], color: string): void {
  ctx.strokeStyle = ink(color)
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  ctx.beginPath()
  ctx.moveTo(...from)
  ctx.lineTo(...to)
  ctx.stroke()
  ctx.setLineDash([])
}

/** Draws nothing outside of the chart's own field. */
function within({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  draw()
  ctx.restore()
}
