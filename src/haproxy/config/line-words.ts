import { canonicalEndpoint } from "./endpoint.ts"
import { milliseconds } from "./time.ts"
import { directive } from "./words.ts"

/** Settings of a server line that are followed by a value. */
const SERVER_VALUES = new Set([
  "addr",
  "agent-addr",
  "agent-inter",
  "agent-port",
  "agent-send",
  "alpn",
  "ca-file",
  "check-alpn",
  "check-pool-conn-name",
  "check-proto",
  "check-sni",
  "ciphers",
  "ciphersuites",
  "client-sigalgs",
  "cookie",
  "crl-file",
  "crt",
  "curves",
  "downinter",
  "error-limit",
  "fall",
  "fastinter",
  "guid",
  "hash-key",
  "id",
  "idle-ping",
  "init-addr",
  "init-state",
  "inter",
  "interface",
  "log-bufsize",
  "log-proto",
  "max-reuse",
  "maxconn",
  "maxqueue",
  "minconn",
  "namespace",
  "observe",
  "on-error",
  "on-marked-down",
  "on-marked-up",
  "pool-low-conn",
  "pool-max-conn",
  "pool-purge-delay",
  "port",
  "proto",
  "proxy-v2-options",
  "redir",
  "resolve-net",
  "resolve-opts",
  "resolve-prefer",
  "resolvers",
  "rise",
  "set-proxy-v2-tlv-fmt",
  "shard",
  "sigalgs",
  "slowstart",
  "sni",
  "socks4",
  "source",
  "ssl-max-ver",
  "ssl-min-ver",
  "tcp-ut",
  "track",
  "usesrc",
  "verify",
  "verifyhost",
  "weight",
  "ws",
])

const DURATIONS = new Set([
  "agent-inter",
  "downinter",
  "fastinter",
  "idle-ping",
  "inter",
  "pool-purge-delay",
  "slowstart",
  "tcp-ut",
])

/** Settings of a bind line that are followed by a value. */
const BIND_VALUES = new Set([
  "alpn",
  "backlog",
  "ca-file",
  "ca-verify-file",
  "ciphers",
  "ciphersuites",
  "client-sigalgs",
  "crl-file",
  "crt",
  "crt-list",
  "curves",
  "ecdhe",
  "expose-fd",
  "gid",
  "group",
  "id",
  "interface",
  "level",
  "maxconn",
  "mode",
  "mss",
  "name",
  "namespace",
  "nice",
  "npn",
  "process",
  "proto",
  "sigalgs",
  "ssl-max-ver",
  "ssl-min-ver",
  "tcp-ut",
  "thread",
  "tls-ticket-keys",
  "uid",
  "user",
  "verify",
])

/** One setting of a server or bind line, its value with it. */
export type LineSetting = readonly [name: string, value?: string]

/** A server line's settings, those that take a value together with it. */
export function serverSettings(words: readonly string[]): LineSetting[] {
  return paired(words, SERVER_VALUES)
}

/** A bind line's settings, those that take a value together with it. */
export function bindSettings(words: readonly string[]): LineSetting[] {
  return paired(words, BIND_VALUES)
}

/** A setting as it is written. */
export function settingText(setting: LineSetting): string {
  return directive(...setting)
}

/** A server line's words in one spelling: name, address, then the settings in alphabetical order, the last of a kind counting. */
export function canonicalServer(words: readonly string[]): string[] {
  const [name = "", address = "", ...rest] = words
  const settings = new Map<string, string>()
  for (const [key, value] of serverSettings(rest)) {
    settings.set(key, value === undefined ? key : `${key} ${DURATIONS.has(key) ? milliseconds(value) : value}`)
  }
  return [name, canonicalEndpoint(address), ...[...settings.values()].sort()]
}

/** A `server` or `server-template` line in one spelling. */
export function serverText(words: readonly string[]): string {
  const at = addressAt(words)
  return [...words.slice(0, at - 1), ...canonicalServer(words.slice(at - 1))].join(" ")
}

/** Where the address stands: `server NAME ADDRESS`, `server-template PREFIX COUNT ADDRESS`. */
export function addressAt([keyword]: readonly string[]): number {
  return keyword === "server-template" ? 3 : 2
}

/** A bind line's options in alphabetical order; those of one kind, such as several certificates, keep theirs. */
export function canonicalBind(options: readonly string[]): string[] {
  return bindSettings(options)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map((setting) => setting.join(" "))
}

function paired(words: readonly string[], valued: ReadonlySet<string>): LineSetting[] {
  const settings: LineSetting[] = []
  for (let at = 0; at < words.length; at++) {
    const name = words[at]!
    const value = valued.has(name) ? words[++at] : undefined
    settings.push(value === undefined ? [name] : [name, value])
  }
  return settings
}
