import uPlot from "uplot"
import { duration } from "../../../base/words.ts"
import type { ChartData } from "../chart-data.ts"
import { drawBehind, drawOver, ink } from "./drawing.ts"
import { timeOf } from "./words.ts"

const FONT = "12px system-ui, sans-serif"
/** Of a picture of one moment, on each side. */
const AROUND_MS = { fault: 500, 1970: 86_400_000 }

/** All that was measured, and some room at its ends. */
export function whole({ since, fromMs, toMs }: ChartData): { min: number; max: number } {
  const room = (toMs - fromMs) / 50 || AROUND_MS[since]
  return { min: fromMs - room, max: toMs + room }
}

/** `changed`: something else is pointed at or shown. */
export function optionsOf(data: ChartData, changed: (chart: uPlot) => void): Omit<uPlot.Options, "width" | "height"> {
  const isDrill = data.since === "fault"
  const failed = new Set(data.failed)
  const axis: uPlot.Axis = {
    font: FONT,
    stroke: () => ink("--dim"),
    grid: { stroke: () => ink("--line"), width: 1 },
    ticks: { stroke: () => ink("--line"), width: 1 },
  }
  return {
    padding: [data.marks.length > 0 ? 30 : 8, 12, 0, 0],
    legend: { show: false },
    ms: 1,
    tzDate: (ms) => uPlot.tzDate(new Date(ms), "Etc/UTC"),
    scales: {
      x: { time: !isDrill },
      // Of what is shown, so that a closer look shows more.
      y: { range: (_, __, most) => [0, Math.max(10, most ?? 0, isDrill ? 0 : (data.limitMs ?? 0)) * 1.1] },
    },
    series: [
      {},
      {
        stroke: () => ink(isDrill ? "--ok" : "--line"),
        width: 1.5,
        ...(isDrill ? { paths: () => null } : {}),
        points: {
          show: true,
          size: isDrill ? 4 : 8,
          width: 1.5,
          stroke: () => ink("--ok"),
          fill: () => ink(isDrill ? "--ok" : "--paper"),
          // A drill that failed is crossed out.
          ...(isDrill ? {} : { filter: () => [...data.at.keys()].filter((at) => !failed.has(at)) }),
        },
      },
    ],
    axes: [
      { ...axis, space: isDrill ? 60 : 120, values: (_, times) => times.map((ms) => timeOf(data, ms)) },
      { ...axis, size: 64, values: (_, times) => times.map(duration) },
    ],
    cursor: {
      y: false,
      // A click is no wish to look closer, though the hand trembled.
      drag: { x: true, y: false, dist: 5 },
      bind: {
        dblclick: (chart) => () => {
          chart.setScale("x", whole(data))
          return null
        },
      },
    },
    hooks: {
      drawClear: [(chart) => drawBehind(chart, data)],
      draw: [(chart) => drawOver(chart, data)],
      setCursor: [changed],
      setScale: [changed],
    },
  }
}
