import type { Transition } from "../base/events.ts"

/** Where one resource was and will be, and what is done about it. */
export interface Simulation {
  actions: readonly Transition[]
  /** Nodes that each primitive runs on, before and afterwards. */
  before: ReadonlyMap<string, readonly string[]>
  after: ReadonlyMap<string, readonly string[]>
}

/** A transition, its action in lower case and its resource without the number of the instance. */
export function transition(resource: string, action: string, node?: string, from?: string): Transition {
  return {
    resource: resource.replace(/:\d+$/, ""),
    action: action.toLowerCase(),
    ...(node === undefined ? {} : { node }),
    ...(from === undefined ? {} : { from }),
  }
}
