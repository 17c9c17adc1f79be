import { timeReader } from "../base/time.ts"

const readSpan = timeReader(["s", "min", "m", "h", "d"])

/**
 * A moment in milliseconds since 1970, from how people say it: `02:00` (the last one, by this machine's clock), `90min`, `2h`,
 * `2026-11-29 02:00`, with `Z` or `+01:00` where it is another zone's. Undefined for anything else, and for what is still to come.
 */
export function momentOf(text: string, now: Date): number | undefined {
  const span = readSpan(text)
  if (span !== undefined) return now.getTime() - span
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (clock !== null) {
    const [, hour, minute, second = "0"] = clock
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
    const moment = new Date(now)
    moment.setHours(Number(hour), Number(minute), Number(second), 0)
    if (moment > now) moment.setDate(moment.getDate() - 1)
    return moment.getTime()
  }
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined
  // A day alone would be taken for UTC's.
  const ms = Date.parse(text.includes(":") ? text.replace(" ", "T") : `${text}T00:00`)
  return Number.isNaN(ms) || ms > now.getTime() ? undefined : ms
}
