import { createConnection } from "node:net"
import type { Reach } from "../model/view.ts"

/** Opens a TCP connection from this machine and closes it again. `refused` tells that the address is there all the same. Never rejects. */
export function reach(
  address: string,
  port: number,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<Reach> {
  const start = performance.now()
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: options.timeoutMs, signal: options.signal })
    const end = (outcome: Reach["outcome"]) => {
      socket.destroy()
      resolve({ outcome, ms: performance.now() - start })
    }
    socket.once("connect", () => end("accepted"))
    socket.once("timeout", () => end("no answer"))
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(code === "ECONNREFUSED" ? "refused" : "no answer"))
  })
}
