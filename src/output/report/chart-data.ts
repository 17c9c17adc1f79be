/** What a page's script draws a chart of. Times are milliseconds. */
export interface ChartData {
  /** Since when x counts. */
  since: "fault" | "1970"
  /** What is shown at first: all that was measured. */
  fromMs: number
  toMs: number
  /** In the order of time: when, how long it took or clients were without an answer, and the places of those that failed. */
  at: readonly number[]
  took: readonly number[]
  failed: readonly number[]
  /** What is said of each when it is pointed at, where the figures alone do not. */
  words?: readonly string[]
  outages: readonly { fromMs: number; toMs: number }[]
  marks: readonly { ms: number; what: string }[]
  limitMs?: number | undefined
}
