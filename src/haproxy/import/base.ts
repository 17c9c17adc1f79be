import type { Mode, TimeoutName } from "../../model/haproxy.ts"
import { OPTION_NAMES, type Options, traits } from "../../model/haproxy-options.ts"
import { isBranch } from "../config/conditional.ts"
import { type Entry, type ProxySection, Settings } from "../config/effective.ts"
import type { DefaultsYaml } from "../section/schema.ts"
import { isPlain } from "./plain.ts"
import { errorfileOf, numberOf, optionOf, optionsYaml, timeoutOf } from "./settings.ts"

/** What the inventory's `defaults` will say, so that a service needs to say what differs alone. */
export interface Base {
  yaml: DefaultsYaml
  mode: Mode
  maxconn: number | undefined
  retries: number
  /** In milliseconds, as `haproxyMeaning` spells them. */
  timeouts: Readonly<Partial<Record<TimeoutName, string>>>
  /** What a service has unless it says otherwise, but for its log. */
  options: Options
  errorfiles: Readonly<Record<string, string>>
  /** What the inventory has no words for. */
  raw: readonly Entry[]
  /** The directives that the rendered section will hold, as `haproxyMeaning` spells them. */
  texts: ReadonlySet<string>
}

/** Haops' own defaults: those that the file does not have are switched off. */
const OWN: Readonly<Partial<Record<TimeoutName, string>>> = {
  "http-request": "10000ms",
  queue: "60000ms",
  connect: "10000ms",
  client: "60000ms",
  server: "60000ms",
  check: "10000ms",
}

/** Haproxy takes these in a `defaults` section that has a name alone, and the inventory's has none: each proxy says them of its own. */
const OF_NAMED = new Set(["acl", "http-after-response", "http-request", "http-response", "tcp-request", "tcp-response"])

/** What all `defaults` sections in use say alike. What one of them says beyond that, its services say for themselves. */
export function sharedDefaults(proxies: readonly ProxySection[]): Base {
  const sections = [...new Set(proxies.map(({ defaults }) => defaults?.settings ?? new Settings()))]
  const [first = new Settings(), ...others] = sections
  const shared = first.all().filter((entry) => {
    // What it says of servers, each service says of its own.
    const [keyword = ""] = entry.directive.words
    if (keyword === "default-server" || OF_NAMED.has(keyword) || isBranch(entry.directive)) return false
    return isPlain(entry.directive) && others.every((one) => one.all().some(({ text }) => text === entry.text))
  })
  const known = shared.filter(isKnown)
  const of = (key: string) => numberOf(known.find((entry) => entry.key === key))
  const raw = shared.filter((entry) => !known.includes(entry))
  const base: Omit<Base, "yaml"> = {
    mode: known.some(({ text }) => text === "mode http") ? "http" : "tcp",
    maxconn: of("maxconn"),
    retries: of("retries") ?? 3,
    timeouts: Object.fromEntries(known.flatMap(timeoutEntry).map(({ name, ms }) => [name, ms])),
    options: sharedOptions(known, proxies),
    errorfiles: Object.fromEntries(known.map(errorfileOf).filter((file) => file !== undefined)),
    raw,
    texts: new Set(shared.filter((entry) => !isSticky(entry)).map(({ text }) => text)),
  }
  return { ...base, yaml: yamlOf(base, known) }
}

function timeoutEntry(entry: Entry) {
  return timeoutOf(entry) ?? []
}

function isKnown(entry: Entry): boolean {
  const { key, text } = entry
  if (key === "mode" || key === "balance" || text === "log global") return true
  if (key === "maxconn" || key === "retries") return numberOf(entry) !== undefined
  return timeoutOf(entry) !== undefined || errorfileOf(entry) !== undefined || optionOf(entry) !== undefined
}

/**
 * A sticky option can be inherited only where all have it. Logs are left to the services, which know their mode. `tcpka` is here
 * as its halves, which no option is too sticky to take back.
 */
function sharedOptions(known: readonly Entry[], proxies: readonly ProxySection[]): Options {
  const found = known.flatMap((entry) => {
    const option = optionOf(entry)
    if (option === undefined || option[0] === "tcplog" || option[0] === "httplog") return []
    return traits(option[0]).cannotBeNegated !== true || allHave(entry.text, proxies) ? [option] : []
  })
  const options: Options = Object.fromEntries(found)
  return Object.fromEntries(
    OPTION_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
}

function isSticky(entry: Entry): boolean {
  const name = optionOf(entry)?.[0]
  return name !== undefined && traits(name).cannotBeNegated === true
}

/** The stats page is no service, and inherits nothing that is sticky. */
function allHave(text: string, proxies: readonly ProxySection[]): boolean {
  const services = proxies.filter(({ entries }) => !entries.some(({ key }) => key.startsWith("stats ")))
  const http = services.filter(({ entries }) => entries.some((entry) => entry.text === "mode http"))
  return http.length > 0 && http.every(({ entries }) => entries.some((entry) => entry.text === text))
}

function yamlOf(base: Omit<Base, "yaml">, known: readonly Entry[]): DefaultsYaml {
  const { mode, maxconn, retries, errorfiles, raw } = base
  const timeouts: Record<string, string | false> = {}
  for (const { name, ms, value } of known.flatMap(timeoutEntry)) if (OWN[name] !== ms) timeouts[name] = value
  for (const name of Object.keys(OWN) as TimeoutName[]) if (base.timeouts[name] === undefined) timeouts[name] = false
  const options = optionsYaml(base.options, { redispatch: true })
  return {
    ...(mode === "tcp" ? {} : { mode }),
    ...(maxconn === 4000 ? {} : { maxconn: maxconn ?? (false as const) }),
    ...(retries === 3 ? {} : { retries }),
    ...(options === undefined ? {} : { options }),
    ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
    ...(Object.keys(errorfiles).length === 0 ? {} : { errorfiles: { ...errorfiles } }),
    ...(raw.length === 0 ? {} : { raw: raw.map(({ directive }) => directive.text) }),
  }
}
