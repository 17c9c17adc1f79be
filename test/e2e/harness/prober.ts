import { get as getPlain } from "node:http"
import { get as getSecure } from "node:https"
import { until } from "./until.ts"

export interface ProbeAttempt {
  /** When it was sent, in milliseconds since the prober began. */
  atMs: number
  ok: boolean
  /** Why it failed, or which node answered. */
  answer: string
}

export interface ProbeReport {
  attempts: readonly ProbeAttempt[]
  failed: number
  /** From the first request that failed to the first that was answered again, the longest such time; 0 without a failure. */
  longestOutageMs: number
}

export interface Prober {
  /** Resolves when this many requests have been sent, however long that takes. */
  sent(count: number): Promise<void>
  /** Ends it, waits for what is under way, and reports. */
  stop(): Promise<ProbeReport>
}

export interface ProberOptions {
  /** Default 50 ms. Requests are sent on time, whether or not the one before has been answered. */
  everyMs?: number
  /** After which a request has failed. Default 1000 ms. */
  timeoutMs?: number
}

/** Asks an HTTP service again and again, on a new connection each time, and keeps book of who answered and what failed. */
export function startProber(url: string, { everyMs = 50, timeoutMs = 1000 }: ProberOptions = {}): Prober {
  const startedAt = performance.now()
  const pending: Promise<ProbeAttempt>[] = []
  const send = () => {
    const atMs = performance.now() - startedAt
    pending.push(ask(url, timeoutMs).then((outcome) => ({ atMs, ...outcome })))
  }
  send()
  const timer = setInterval(send, everyMs)
  return {
    sent: async (count) => {
      await until(async () => pending.length >= count, { what: `${count} requests sent` })
    },
    stop: async () => {
      clearInterval(timer)
      const attempts = await Promise.all(pending)
      const failed = attempts.filter(({ ok }) => !ok).length
      return { attempts, failed, longestOutageMs: longestOutage(attempts, performance.now() - startedAt) }
    },
  }
}

/** One request. Never rejects. */
export function ask(url: string, timeoutMs = 1000): Promise<{ ok: boolean; answer: string }> {
  return new Promise((resolve) => {
    // `AbortSignal` covers connecting too, where the request's own `timeout` counts idle time only.
    const get = url.startsWith("https:") ? getSecure : getPlain
    const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(timeoutMs) }
    const request = get(url, options, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk
      })
      response.on("error", (error) => resolve({ ok: false, answer: error.message }))
      response.on("end", () => {
        const ok = response.statusCode === 200
        resolve({ ok, answer: ok ? body.trim() : `HTTP ${response.statusCode}` })
      })
    })
    request.on("error", (error) => resolve({ ok: false, answer: error.message }))
  })
}

function longestOutage(attempts: readonly ProbeAttempt[], endMs: number): number {
  let longest = 0
  let downSince: number | undefined
  for (const { atMs, ok } of attempts) {
    if (!ok) downSince ??= atMs
    else if (downSince !== undefined) {
      longest = Math.max(longest, atMs - downSince)
      downSince = undefined
    }
  }
  return downSince === undefined ? longest : Math.max(longest, endMs - downSince)
}
