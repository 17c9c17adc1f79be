import type { Transport } from "../transport/transport.ts"
import type { RunContext } from "./context.ts"
import type { HostState } from "./world.ts"

const connecting = new WeakMap<HostState, Promise<Transport>>()

/**
 * The connection to a host: the one that there is, or the one that is being made, whoever asked for it first; `signal` ends one that this
 * call begins. Throws what `Connector.connect` throws.
 */
export function connectionTo(
  state: HostState,
  { connector }: Pick<RunContext, "connector">,
  signal: AbortSignal,
): Promise<Transport> {
  if (state.transport !== undefined) return Promise.resolve(state.transport)
  const begun = connecting.get(state) ?? connect(state, connector, signal)
  connecting.set(state, begun)
  return begun
}

async function connect(state: HostState, connector: RunContext["connector"], signal: AbortSignal): Promise<Transport> {
  try {
    state.transport = await connector.connect(state.host, signal)
    return state.transport
  } finally {
    connecting.delete(state)
  }
}

/** Ends a connection to a host that is of no use any more. One that somebody has made since stays. */
export async function dropConnection(state: HostState, lost: Transport | undefined = state.transport): Promise<void> {
  if (state.transport === lost) state.transport = undefined
  await lost?.[Symbol.asyncDispose]()
}
