import type { Sink } from "../base/events.ts"
import type { Connector } from "../transport/connector.ts"
import type { Transport } from "../transport/transport.ts"
import type { World } from "./world.ts"

/** What every part of a run shares. Passed, never global. */
export interface RunContext {
  world: World
  connector: Omit<Connector, "begin">
  /** Hosts worked on at a time; those that a run changes together are changed together. */
  forks: number
  sink: Sink
  /** The operator asked to stop: finish what runs, begin nothing. */
  stop: AbortSignal
  /** The operator asked twice, or a limit passed: let go of what runs. */
  abort: AbortSignal
  /** A host that fails ends the run, where `up` would go on with the others: membership is changed with every member or not at all. */
  allTogether?: boolean | undefined
  /** What a host's transport is for commands that change something. Default: the transport itself. */
  forChanges?: ((transport: Transport) => Transport) | undefined
}
