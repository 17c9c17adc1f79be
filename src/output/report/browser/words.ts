import type uPlot from "uplot"
import { duration } from "../../../base/words.ts"
import type { ChartData } from "../chart-data.ts"

/** A time: of a drill since its fault, of drills the day in UTC, and the minute but at midnight. */
export function timeOf({ since }: ChartData, ms: number): string {
  if (since === "1970") return new Date(ms).toISOString().slice(0, 16).replace("T00:00", "").replace("T", " ")
  return ms === 0 ? "fault" : `${Number((ms / 1000).toFixed(3))} s`
}

/** What is pointed at, and after which event; where nothing is, what is shown. */
export function readout(chart: uPlot, data: ChartData): string {
  const at = chart.cursor.idx
  const { min = 0, max = 0 } = chart.scales.x ?? {}
  if (at === null || at === undefined) return `Shown: ${timeOf(data, min)} to ${timeOf(data, max)}`
  const { words, took, failed, marks } = data
  if (words !== undefined) return words[at]!
  const ms = data.at[at]!
  const result = failed.includes(at)
    ? `no answer, given up after ${duration(took[at]!)}`
    : `answered in ${duration(took[at]!)}`
  const number = marks.findLastIndex((mark) => mark.ms <= ms)
  return `${timeOf(data, ms)}: ${result}${number < 0 ? "" : ` (after ${number + 1}: ${marks[number]!.what})`}`
}
