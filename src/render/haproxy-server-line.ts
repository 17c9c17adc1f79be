import { milliseconds } from "./haproxy-time.ts"

/** Settings of a server line that are followed by a value. */
const VALUED = new Set([
  "addr",
  "agent-inter",
  "agent-port",
  "alpn",
  "ca-file",
  "check-alpn",
  "check-sni",
  "cookie",
  "crt",
  "downinter",
  "error-limit",
  "fall",
  "fastinter",
  "id",
  "init-addr",
  "inter",
  "maxconn",
  "maxqueue",
  "minconn",
  "observe",
  "on-error",
  "on-marked-down",
  "on-marked-up",
  "port",
  "proto",
  "resolvers",
  "rise",
  "slowstart",
  "sni",
  "source",
  "verify",
  "verifyhost",
  "weight",
])

const DURATIONS = new Set(["agent-inter", "downinter", "fastinter", "inter", "slowstart"])

/** A server line's words in one spelling: name, address, then the settings in alphabetical order, the last of a kind counting. */
export function canonicalServer(words: readonly string[]): string[] {
  const [name = "", address = "", ...rest] = words
  const settings = new Map<string, string>()
  for (let at = 0; at < rest.length; at++) {
    const key = rest[at]!
    const value = VALUED.has(key) ? rest[++at] : undefined
    settings.set(key, value === undefined ? key : `${key} ${DURATIONS.has(key) ? milliseconds(value) : value}`)
  }
  return [name, address, ...[...settings.values()].sort()]
}
