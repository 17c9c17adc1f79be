import { asHaopsError, HaopsError } from "../base/errors.ts"
import { connectionTo, dropConnection } from "../engine/connection.ts"
import type { RunContext } from "../engine/context.ts"
import { probeHost } from "../engine/probe.ts"
import type { Task } from "../engine/task.ts"
import type { HostState } from "../engine/world.ts"
import type { Transport } from "../transport/transport.ts"

/** Milliseconds after which a host that has not answered is shown as silent; a probe's own limit is far longer. */
export const SILENT_MS = 5_000

/**
 * Looks at hosts again and again over connections that stay. A host that hangs holds nobody up: its last answers stand for
 * `SILENT_MS`, then it counts as unreachable; one that was lost is connected to again at every look.
 */
export class Watcher {
  readonly #context: RunContext
  readonly #tasks: readonly Task[]
  readonly #busy = new Map<HostState, { since: number; done: Promise<void> }>()

  constructor(context: RunContext, tasks: readonly Task[]) {
    this.#context = context
    this.#tasks = tasks
  }

  /** One look at all hosts; resolves when all have answered, at the latest after `patienceMs`, or when the verb is interrupted. */
  async look(patienceMs: number): Promise<void> {
    const { world, abort } = this.#context
    for (const state of world.values()) if (!this.#busy.has(state)) this.#begin(state)
    const over = new AbortController()
    const limit = passed(patienceMs, AbortSignal.any([abort, over.signal]))
    await Promise.race([Promise.all([...this.#busy.values()].map(({ done }) => done)), limit])
    // A timer that is left would keep this process alive.
    over.abort()
    for (const [state, { since }] of this.#busy) {
      const silent = Date.now() - since
      if (silent < SILENT_MS) continue
      const message = `no answer for ${Math.round(silent / 1000)} s`
      state.failure = { kind: "unreachable", error: new HaopsError("E_TIMEOUT", message, { host: state.host.name }) }
    }
  }

  #begin(state: HostState): void {
    const done = this.#refresh(state).finally(() => this.#busy.delete(state))
    this.#busy.set(state, { since: Date.now(), done })
  }

  async #refresh(state: HostState): Promise<void> {
    const { abort } = this.#context
    let transport: Transport | undefined
    try {
      transport = await connectionTo(state, this.#context, abort)
      await probeHost(state, this.#tasks, abort)
      state.failure = undefined
    } catch (thrown) {
      const error = asHaopsError(thrown, { host: state.host.name })
      state.failure = { kind: "unreachable", error }
      if (transport !== undefined) await dropConnection(state, transport)
    }
  }
}

function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener("abort", end)
  })
}
