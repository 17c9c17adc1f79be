import { setTimeout as sleep } from "node:timers/promises"

export interface UntilOptions {
  /** For the error: what is waited for. */
  what: string
  /** Default 60 000 ms. */
  timeoutMs?: number
  /** Pause between two looks. Default 200 ms. */
  everyMs?: number
}

/** Waits until `look` returns something truthy, and returns that. Throws when the limit passes, with the last error seen. */
export async function until<Value>(look: () => Promise<Value>, options: UntilOptions): Promise<NonNullable<Value>> {
  const { what, timeoutMs = 60_000, everyMs = 200 } = options
  const deadline = Date.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    try {
      const value = await look()
      if (value) return value
    } catch (error) {
      lastError = error
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: lastError })
    await sleep(everyMs)
  }
}
