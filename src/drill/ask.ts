import { get as getHttp, type RequestOptions } from "node:http"
import { get as getHttps } from "node:https"
import { reach } from "../verify/reach.ts"

/** How one request came out. */
export interface Asked {
  ok: boolean
  /** The status of an HTTP answer, `accepted` of a TCP connection; else why it failed. */
  answer: string
}

/** One request on a connection of its own. Never rejects. */
export type Ask = () => Promise<Asked>

/** Asks by HTTP GET. Whatever the application says is an answer; an error of the server side (5xx) is none. `timeoutMs` counts connecting too. */
export function askHttp(url: string, timeoutMs: number): Promise<Asked> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve({ ok: false, answer: error.message })
    // The VIP is asked by its address, which no certificate names; whether it is valid is not the question here.
    const tls = { rejectUnauthorized: false }
    // `AbortSignal` covers connecting too, where the request's own `timeout` counts idle time only.
    const options: RequestOptions & typeof tls = { agent: false, signal: AbortSignal.timeout(timeoutMs), ...tls }
    const request = (url.startsWith("https:") ? getHttps : getHttp)(url, options, (response) => {
      const status = response.statusCode ?? 0
      response.on("error", failed)
      response.on("end", () => resolve({ ok: status > 0 && status < 500, answer: `HTTP ${status}` }))
      // A drill asks thousands of times: that the page comes whole is all that is asked of it.
      response.resume()
    })
    request.on("error", failed)
  })
}

/** Asks by opening a TCP connection and closing it again. */
export async function askTcp(address: string, port: number, timeoutMs: number): Promise<Asked> {
  const { outcome } = await reach(address, port, { timeoutMs, signal: AbortSignal.timeout(timeoutMs) })
  return { ok: outcome === "accepted", answer: outcome }
}
