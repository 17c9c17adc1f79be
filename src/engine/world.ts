import type { HaopsError } from "../base/errors.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { Host } from "../model/inventory.ts"
import type { Transport } from "../transport/transport.ts"

/** What one probe answered, or why it could not. */
export type Answer = { have: unknown } | { error: HaopsError }

/** All that is known of one host during a run. */
export interface HostState {
  readonly host: Host
  transport?: Transport | undefined
  facts?: HostFacts | undefined
  /** Answers by task id, from the latest look. */
  readonly answers: Map<string, Answer>
  /** Why the host is out of the run; undefined while it takes part. */
  failure?: { kind: "unreachable" | "failed"; error: HaopsError } | undefined
}

/** Every host of the run, in the inventory's order. */
export type World = ReadonlyMap<string, HostState>

export function createWorld(hosts: readonly Host[]): World {
  return new Map(hosts.map((host) => [host.name, { host, answers: new Map() }]))
}

/** A host that can be worked on: connected, not failed. */
export type LiveHost = HostState & { transport: Transport; facts: HostFacts }

export function isLive(state: HostState | undefined): state is LiveHost {
  return state?.transport !== undefined && state.facts !== undefined && state.failure === undefined
}

export function liveHosts(world: World): readonly LiveHost[] {
  return [...world.values()].filter(isLive)
}
