import type { Topology } from "../../base/events.ts"
import { listing } from "../../base/words.ts"

export function placesIn({ held }: Topology, what: string): readonly string[] {
  return held.find((one) => one.what === what)?.on ?? []
}

export function isUnknown({ held }: Topology, what: string): boolean {
  return held.find((one) => one.what === what)?.unknown === true
}

export function placesWords(topology: Topology, what: string): string {
  return isUnknown(topology, what) ? "unknown" : places(placesIn(topology, what))
}

export function places(on: readonly string[]): string {
  return on.length === 0 ? "nowhere" : listing([...on], 20)
}

/** Whether they are the same places, in whatever order. */
export function same(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join()
}

/** Where it was before, in words, if it is elsewhere now, and both are known. */
export function placesLeft(before: Topology | undefined, after: Topology, what: string): string | undefined {
  if (before === undefined || isUnknown(before, what) || isUnknown(after, what)) return undefined
  const [then, now] = [placesIn(before, what), placesIn(after, what)]
  if (same(then, now)) return undefined
  const left = then.filter((name) => !now.includes(name))
  if (now.length > 0 && now.length + left.length === then.length) return `no longer on ${places(left)}`
  return then.length === 0 ? "was nowhere" : `was on ${places(then)}`
}
