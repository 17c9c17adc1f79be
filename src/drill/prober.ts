import type { Ask, Asked } from "./ask.ts"

/** One request of a prober. Times are milliseconds since it began. */
export interface Attempt extends Asked {
  sentMs: number
  /** When it was answered, or given up. */
  endedMs: number
}

/** Asks again and again until it is stopped. */
export interface Prober {
  /** Between two requests, as it means to. */
  readonly everyMs: number
  /** Requests that have come to an end, in the order of their sending. */
  readonly attempts: readonly Attempt[]
  /** Requests sent, those under way included. */
  readonly sent: number
  /** Milliseconds since it began: what the attempts count in. */
  now(): number
  /** Sends no more, waits for what is under way, and returns every request. */
  stop(): Promise<readonly Attempt[]>
}

/** Between two requests. */
export const EVERY_MS = 50

/** Sends a request every `everyMs`, whether or not the one before has been answered: a client that hangs must not hide an outage. */
export function startProber(ask: Ask, everyMs: number = EVERY_MS): Prober {
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const pending: Promise<Attempt>[] = []
  const ended: (Attempt | undefined)[] = []
  const send = () => {
    const sentMs = now()
    const at = pending.length
    pending.push(
      ask().then((asked) => {
        const attempt = { ...asked, sentMs, endedMs: now() }
        ended[at] = attempt
        return attempt
      }),
    )
  }
  send()
  const timer = setInterval(send, everyMs)
  return {
    everyMs,
    now,
    get attempts() {
      return ended.filter((attempt) => attempt !== undefined)
    },
    get sent() {
      return pending.length
    },
    stop() {
      clearInterval(timer)
      return Promise.all(pending)
    },
  }
}
