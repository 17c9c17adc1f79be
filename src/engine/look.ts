import { asHaopsError, HaopsError } from "../base/errors.ts"
import { createPool } from "../transport/pool.ts"
import { connectionTo } from "./connection.ts"
import type { RunContext } from "./context.ts"
import { probeHost } from "./probe.ts"
import type { Task } from "./task.ts"
import { type HostState, isLive } from "./world.ts"

/**
 * Connect to every host of the world and look at it, each by itself: one that fails is marked and the others go on. Nothing has been
 * touched yet, so that the first Ctrl-C ends it; what it cut short is told by nobody but the verb (`requireUninterrupted`). A host that is
 * connected to already, or could not be, is not connected to again.
 */
export async function connectAndLook(context: RunContext, tasks: readonly Task[]): Promise<void> {
  const start = Date.now()
  const { world, sink, stop } = context
  const states = [...world.values()].filter(({ failure }) => failure === undefined)
  await eachHost(context, states, async (state) => {
    if (state.transport !== undefined) return await probeHost(state, tasks, stop)
    const began = Date.now()
    try {
      await connectionTo(state, context, stop)
    } catch (thrown) {
      const error = asHaopsError(thrown, { host: state.host.name })
      state.failure = { kind: "unreachable", error }
      if (!stop.aborted) sink({ type: "host-unreachable", host: state.host.name, error })
      return
    }
    sink({ type: "host-connected", host: state.host.name, ms: Date.now() - began })
    await probeHost(state, tasks, stop)
  })
  sink({ type: "facts", hosts: [...world.keys()], ms: Date.now() - start })
}

/** Throws `E_CANCELED` where the first look was interrupted. */
export function requireUninterrupted({ stop }: RunContext): void {
  if (stop.aborted) throw new HaopsError("E_CANCELED", "interrupted; nothing was touched")
}

/** Look again at the hosts that still take part. */
export async function look(context: RunContext, tasks: readonly Task[]): Promise<void> {
  const live = [...context.world.values()].filter(isLive)
  await eachHost(context, live, (state) => probeHost(state, tasks, context.abort))
}

/** Run `work` on hosts side by side; a host whose work throws drops out of the run. */
export async function eachHost<S extends HostState>(
  context: RunContext,
  states: readonly S[],
  work: (state: S) => Promise<void>,
): Promise<void> {
  const named = states.map((state) => ({ name: state.host.name, state }))
  await createPool(context.forks).map(named, async ({ state }) => {
    try {
      await work(state)
    } catch (thrown) {
      failHost(context, state, thrown)
    }
  })
}

/** Mark a host as out of the run, with the reason, and say so. */
export function failHost(context: RunContext, state: HostState, thrown: unknown): void {
  const error = asHaopsError(thrown, { host: state.host.name })
  state.failure = { kind: "failed", error }
  if (error.code !== "E_CANCELED") context.sink({ type: "host-failed", host: state.host.name, error })
}

/** Throws why a host failed, in a run that goes on with all hosts or not at all. One that was never reached does not count. */
export function requireAll({ allTogether, world }: RunContext): void {
  if (allTogether !== true) return
  const failed = [...world.values()].find(({ failure }) => failure?.kind === "failed")
  if (failed?.failure !== undefined) throw failed.failure.error
}
