import { HaopsError } from "../../base/errors.ts"
import type { RuntimeProcess } from "./model.ts"

/** The process from `show info`. Throws `E_PROBE` where it is something else. */
export function parseInfo(text: string): RuntimeProcess {
  const fields = new Map(
    text.split("\n").flatMap((line) => {
      const colon = line.indexOf(": ")
      return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 2).trim()] as const]
    }),
  )
  const need = (key: string): string => {
    const value = fields.get(key)
    if (value !== undefined) return value
    throw new HaopsError("E_PROBE", `haproxy does not tell its ${key}: ${JSON.stringify(text.trim().slice(0, 80))}`)
  }
  return {
    version: need("Version").replace(/[-+~].*$/, ""),
    pid: Number(need("Pid")),
    uptime: Number(need("Uptime_sec")),
    connections: Number(need("CurrConns")),
    maxConnections: Number(need("Maxconn")),
  }
}
