import { get as getHttp } from "node:http"
import { get as getHttps } from "node:https"
import { text } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { type Asked, askHttp } from "../../../src/drill/ask.ts"
import { longestMs, outagesOf } from "../../../src/drill/outage.ts"
import { type Attempt, EVERY_MS, startProber as start } from "../../../src/drill/prober.ts"
import { until } from "./until.ts"

// The client of the drills, with an end for tests.

export interface ProbeReport {
  attempts: readonly Attempt[]
  failed: number
  /** The longest time in which nothing was answered, where a request failed or it was long; else 0. */
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

/** Asks an HTTP service again and again, on a new connection each time, and keeps book of what failed. */
export function startProber(url: string, { everyMs = EVERY_MS, timeoutMs = 1000 }: ProberOptions = {}): Prober {
  const prober = start(() => askHttp(url, timeoutMs), everyMs)
  return {
    sent: async (count) => {
      await until(async () => prober.sent >= count, { what: `${count} requests sent` })
    },
    stop: async () => {
      const attempts = await prober.stop()
      const failed = attempts.filter(({ ok }) => !ok).length
      return { attempts, failed, longestOutageMs: longestMs(outagesOf(attempts, prober.now(), everyMs)) }
    },
  }
}

export interface During extends ProberOptions {
  /** Milliseconds that it goes on afterwards, in case the harm comes late. Default 0. */
  settleMs?: number
  /** Requests that it sends in all, however quick the work was. Default 1. */
  atLeast?: number
}

/** What a client saw while `work` was done. */
export async function during(
  url: string,
  work: () => Promise<unknown>,
  { settleMs = 0, atLeast = 1, ...options }: During = {},
): Promise<ProbeReport> {
  const prober = startProber(url, options)
  await work()
  await sleep(settleMs)
  await prober.sent(atLeast)
  return await prober.stop()
}

/** One request, for the page that answers it: who answered, in a lab. Never rejects. */
export function ask(url: string, timeoutMs = 1000): Promise<Asked> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve({ ok: false, answer: error.message })
    const options = { agent: false, signal: AbortSignal.timeout(timeoutMs), rejectUnauthorized: false }
    const get = url.startsWith("https:") ? getHttps : getHttp
    get(url, options, async (response) => {
      const ok = (response.statusCode ?? 500) < 500
      await text(response).then((page) => resolve({ ok, answer: page.trim() }), failed)
    }).on("error", failed)
  })
}
