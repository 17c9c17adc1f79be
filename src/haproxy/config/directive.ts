import { OPTION_NAMES, traits } from "../../model/haproxy-options.ts"
import { canonicalEndpoint } from "./endpoint.ts"
import { canonicalBind, serverText } from "./line-words.ts"
import { milliseconds } from "./time.ts"
import { type Side, TIMEOUT_SIDES } from "./tuning.ts"

/** One thing that a directive says, in one spelling. */
export interface Meaning {
  /** A later directive of the same key replaces it. */
  key: string
  text: string
  side: Side
  /** `no …`: what was said under the key is taken back. */
  off?: boolean
  /** Its place among others matters. */
  ordered?: boolean
}

/** Directives of which a section has one, and the half of a proxy that reads them. */
const SINGLE: Readonly<Record<string, Side>> = {
  mode: "both",
  balance: "back",
  maxconn: "front",
  fullconn: "back",
  retries: "back",
  default_backend: "front",
  "log-format": "front",
}

const ORDERED = new Set([
  "acl",
  "default-server",
  "http-after-response",
  "http-check",
  "http-request",
  "http-response",
  "redirect",
  "server",
  "server-template",
  "stick",
  "tcp-check",
  "tcp-request",
  "tcp-response",
  "use_backend",
  "use-server",
])

/** Of those, what only a backend reads. */
const OF_SERVERS = new Set([
  "default-server",
  "http-check",
  "server",
  "server-template",
  "stick",
  "tcp-check",
  "use-server",
])

/** Options of which the last one counts: the key they share. */
const RIVALS: Readonly<Record<string, string>> = {
  tcplog: "log",
  httplog: "log",
  httpchk: "check",
  "mysql-check": "check",
  "ssl-hello-chk": "check",
  "tcp-check": "check",
  "pgsql-check": "check",
  "redis-check": "check",
  "ldap-check": "check",
  "spop-check": "check",
  "external-check": "check",
  smtpchk: "check",
  httpclose: "connection",
  "http-server-close": "connection",
  "http-keep-alive": "connection",
}

const OLD_TIMEOUTS: Readonly<Record<string, string>> = {
  clitimeout: "client",
  contimeout: "connect",
  srvtimeout: "server",
}

/** What a directive says in a section of that side: nothing, one thing or several (`tcpka`, `bind` of two addresses). */
export function directiveMeanings(words: readonly string[], side: Side): Meaning[] {
  const [keyword = "", ...rest] = words
  if (keyword === "no") return directiveMeanings(rest, side).map((meaning) => ({ ...meaning, off: true }))
  if (keyword === "option") return optionMeanings(rest, side)
  if (keyword === "timeout") return [timeoutMeaning(rest[0] ?? "", rest[1])]
  const old = OLD_TIMEOUTS[keyword]
  if (old !== undefined) return [timeoutMeaning(old, rest[0])]
  if (keyword === "bind") return bindMeanings(rest)
  if (keyword === "server" || keyword === "server-template") return [ordered([serverText(words)], "back")]
  if (keyword === "stats") return [statsMeaning(rest)]
  if (keyword === "errorfile") return [{ ...plain(words), key: `errorfile ${rest[0]}` }]
  const single = SINGLE[keyword]
  if (single !== undefined) return [{ key: keyword, text: words.join(" "), side: single }]
  if (ORDERED.has(keyword)) return [ordered(words, OF_SERVERS.has(keyword) ? "back" : "both")]
  return [plain(words)]
}

function ordered(words: readonly string[], side: Side): Meaning {
  return { ...plain(words), side, ordered: true }
}

function plain(words: readonly string[]): Meaning {
  const text = words.join(" ")
  return { key: text, text, side: "both" }
}

function timeoutMeaning(name: string, value: string | undefined): Meaning {
  const side = (TIMEOUT_SIDES as Readonly<Record<string, Side>>)[name] ?? "both"
  return { key: `timeout ${name}`, text: `timeout ${name} ${milliseconds(value ?? "")}`, side }
}

/** `tcpka` is short for both of its halves; `httpchk` has implied words. */
function optionMeanings(words: readonly string[], side: Side): Meaning[] {
  const [name = "", ...rest] = words
  if (name === "tcpka") {
    const halves = [...(side === "back" ? [] : ["clitcpka"]), ...(side === "front" ? [] : ["srvtcpka"])]
    return halves.flatMap((half) => optionMeanings([half], side))
  }
  const known = OPTION_NAMES.find((option) => option === name)
  const group = RIVALS[name] ?? name
  const text = ["option", name, ...(name === "httpchk" ? httpCheck(rest) : rest)].join(" ")
  const unknown = group === "check" ? "back" : "both"
  return [{ key: `option ${group}`, text, side: known === undefined ? unknown : traits(known).side }]
}

function httpCheck(words: readonly string[]): string[] {
  const [first, ...rest] = words
  if (first === undefined) return ["OPTIONS", "/", "HTTP/1.0"]
  const [method, uri = "/", ...version] = first.startsWith("/") ? ["OPTIONS", first, ...rest] : [first, ...rest]
  return [method, uri, ...(version.length === 0 ? ["HTTP/1.0"] : version)]
}

/** `:80`, `*:80` and `0.0.0.0:80` are the same place. */
function bindMeanings(words: readonly string[]): Meaning[] {
  const [addresses = "", ...options] = words
  return addresses
    .split(",")
    .map((address) => plain(["bind", canonicalEndpoint(address), ...canonicalBind(options)]))
    .map((meaning) => ({ ...meaning, side: "front" }))
}

/** Of `stats` a section may have several. */
const REPEATED = new Set(["admin", "auth", "scope", "socket"])

function statsMeaning(words: readonly string[]): Meaning {
  const [name = "", value = "", ...rest] = words
  if (name === "http-request") return ordered(["stats", ...words], "both")
  if (REPEATED.has(name)) return plain(["stats", ...words])
  const spelled = name === "refresh" || name === "timeout" ? milliseconds(value) : value
  return { ...plain(["stats", name, ...(value === "" ? [] : [spelled]), ...rest]), key: `stats ${name}` }
}
