import type { Attributes } from "./cib.ts"
import { durationMs, isTrue } from "./values.ts"

/** The property by which pacemaker counts on a watchdog, by its names. */
export const WATCHDOG_TIMEOUTS = ["stonith-watchdog-timeout", "fencing-watchdog-timeout"] as const

/** Seconds that corosync waits for a quorum device at most, unless told otherwise (`sync_timeout`). sbd trusts none with less of its own. */
export const DEVICE_SYNC_S = 30

/** How long pacemaker takes for sure that a node's watchdog has reset it, in its words; undefined where it does not count on one. */
export function watchdogTimeout(properties: Attributes): string | undefined {
  const value = WATCHDOG_TIMEOUTS.map((name) => properties[name]).find((one) => one !== undefined)
  return value === undefined || /^0+[a-z]*$/i.test(value) ? undefined : value
}

/** Whether pacemaker counts on each node's watchdog: it has one by its own word, and knows how long to wait for it. */
export function countsOnWatchdogs(properties: Attributes): boolean {
  return isTrue(properties["have-watchdog"]) && watchdogTimeout(properties) !== undefined
}

/** Why pacemaker would not have that timeout, where sbd gives the watchdog so many seconds; undefined where it would. */
export function tooShort(timeout: string, seconds: number): string | undefined {
  // A negative one is twice sbd's own.
  if (timeout.startsWith("-")) return undefined
  const ms = durationMs(timeout)
  return ms === undefined || ms >= 2000 * seconds ? undefined : `${timeout} is less than twice the ${seconds} s of sbd`
}
