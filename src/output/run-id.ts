import { randomBytes } from "node:crypto"

/** `2026-11-21T081500Z-3f9a`: sorts by time, is unique among runs of one second, and names a directory anywhere. */
export function createRunId(now: Date = new Date()): string {
  const time = now.toISOString().slice(0, 19).replaceAll(":", "")
  return `${time}Z-${randomBytes(2).toString("hex")}`
}

/** Whether a name is a run's id. */
export function isRunId(name: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{4}$/.test(name)
}
