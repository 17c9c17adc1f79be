import type { Entry } from "../config/effective.ts"
import { parseHaproxyEndpoint } from "../config/endpoint.ts"
import { type LineSetting, serverSettings, settingText } from "../config/line-words.ts"
import { withUnit } from "../config/time.ts"
import type { BackendYaml, ServiceYaml } from "../section/service-schema.ts"
import type { CheckSettings } from "./check.ts"
import type { Named } from "./hosts.ts"
import { isPlain } from "./plain.ts"
import { type Refusal, refusal } from "./refusal.ts"

export type Backends = Pick<ServiceYaml, "active" | "backends" | "backendPort" | "check" | "rawServer">

/** A server line in parts. */
interface Server extends Named {
  port: number
  backup: boolean
  weight?: number | undefined
  maxconn?: number | undefined
  check: CheckSettings | undefined
  /** In haproxy's own words. */
  raw: string
}

/**
 * The servers of a backend as an inventory writes them: not at all where they are its hosts. Refused where one of them is none that it
 * could write, such as a name to be resolved.
 */
export function backendsOf(
  entries: readonly Entry[],
  asked: CheckSettings,
  port: number,
  hosts: readonly Named[],
): Backends | Refusal {
  if (entries.length === 0) return refusal("it has no servers")
  const servers = entries.flatMap((entry) => serverOf(entry) ?? [])
  const foreign = entries.find((entry) => serverOf(entry) === undefined)
  if (foreign !== undefined) return refusal(`server ${foreign.text.split(" ")[1]} is no IP address and port`, foreign)
  const twice = servers.findIndex(({ name }, at) => servers.findIndex((one) => one.name === name) !== at)
  if (twice !== -1) return refusal(`two servers are called ${servers[twice]!.name}`, entries[twice])
  const even = sameChecks(servers)
  const own = even ? servers : entries.map((entry) => serverOf(entry, false)!)
  const check = even ? servers[0]!.check : undefined
  if (check === undefined && asked.type !== undefined)
    return refusal("its servers are not all checked in one way", entries[0])
  const backendPort = own[0]!.port
  const shared = own.every(({ raw }) => raw === own[0]!.raw) ? own[0]!.raw : ""
  const active = activeOf(own)
  const listed = own.map((server) => ({
    ...server,
    raw: shared === "" ? server.raw : "",
    backup: active === undefined && server.backup,
  }))
  const backends = yamlOf(listed, backendPort, hosts)
  return {
    ...(backendPort === port ? {} : { backendPort }),
    ...(active === undefined ? {} : { active }),
    ...(backends === undefined ? {} : { backends }),
    ...checkYaml(check, asked),
    ...(shared === "" ? {} : { rawServer: shared }),
  }
}

/** `checks` false: whatever says how it is checked is raw. */
function serverOf({ directive }: Entry, checks = true): Server | undefined {
  const [, name = "", target = "", ...words] = directive.words
  const endpoint = parseHaproxyEndpoint(target)
  if (endpoint === undefined || endpoint.address === "*" || !isPlain(directive)) return undefined
  const settings = new Map(serverSettings(words).map((setting) => [setting[0], setting]))
  const taken = checks ? checkOf(settings) : undefined
  const weight = wholeNumber(settings.get("weight"), 0, 256)
  const maxconn = wholeNumber(settings.get("maxconn"), 1)
  for (const [key, value] of Object.entries({ weight, maxconn })) if (value !== undefined) settings.delete(key)
  const backup = settings.delete("backup")
  const raw = [...settings.values()].map((setting) => settingText(setting)).join(" ")
  return { name, ...endpoint, backup, weight, maxconn, check: taken, raw }
}

/** Takes the words of a check out of the settings. */
function checkOf(settings: Map<string, LineSetting>): CheckSettings | undefined {
  if (!settings.delete("check")) return undefined
  const check: CheckSettings = {}
  const interval = withUnit(settings.get("inter")?.[1] ?? "")
  const port = wholeNumber(settings.get("port"), 1, 65_535)
  const rise = wholeNumber(settings.get("rise"), 1)
  const fall = wholeNumber(settings.get("fall"), 1)
  if (!settings.has("ssl") && settings.has("check-ssl") && settings.get("verify")?.[1] === "none") {
    for (const key of ["check-ssl", "verify"]) settings.delete(key)
    check.tls = true
  }
  for (const [key, value] of Object.entries({ port, inter: interval, rise, fall }))
    if (value !== undefined) settings.delete(key)
  return {
    ...(port === undefined ? {} : { port }),
    ...(interval === undefined ? {} : { interval }),
    ...(rise === undefined ? {} : { rise }),
    ...(fall === undefined ? {} : { fall }),
    ...check,
  }
}

function wholeNumber(
  setting: LineSetting | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = setting?.[1] ?? ""
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

function sameChecks(servers: readonly Server[]): boolean {
  return new Set(servers.map(({ check }) => JSON.stringify(check))).size === 1
}

/** So many first servers are active and all others backups; undefined where all are active, or in another order. */
function activeOf(servers: readonly Server[]): number | undefined {
  const active = servers.findIndex(({ backup }) => backup)
  return active > 0 && servers.slice(active).every(({ backup }) => backup) ? active : undefined
}

function checkYaml(check: CheckSettings | undefined, asked: CheckSettings): Pick<ServiceYaml, "check"> {
  if (check === undefined) return { check: false }
  const all = { ...asked, ...check }
  const keys = Object.keys(all)
  if (keys.length === 0) return {}
  return { check: keys.length === 1 && all.type !== undefined ? all.type : all }
}

/** Undefined where they are the inventory's hosts, all of them and in their order. */
function yamlOf(
  servers: readonly Server[],
  port: number,
  hosts: readonly Named[],
): ServiceYaml["backends"] | undefined {
  const isHost = ({ name, address }: Server) => hosts.some((host) => host.name === name && host.address === address)
  const bare = servers.every((server) => isHost(server) && Object.keys(detailsOf(server, port)).length === 0)
  const names = servers.map(({ name }) => name)
  if (bare) return names.join() === hosts.map(({ name }) => name).join() ? undefined : names
  return Object.fromEntries(servers.map((server) => [server.name, shortOf(server, port, isHost(server))]))
}

function shortOf(server: Server, port: number, isHost: boolean): string | number | BackendYaml {
  const details = detailsOf(server, port)
  const keys = Object.keys(details)
  if (isHost) return keys.length === 1 && details.port !== undefined ? details.port : details
  if (keys.length === 0) return server.address
  const { address } = server
  if (keys.length > 1 || details.port === undefined) return { address, ...details }
  return address.includes(":") ? `[${address}]:${server.port}` : `${address}:${server.port}`
}

function detailsOf(server: Server, port: number): BackendYaml {
  const { backup, weight, maxconn, raw } = server
  return {
    ...(server.port === port ? {} : { port: server.port }),
    ...(backup ? { backup } : {}),
    ...(weight === undefined ? {} : { weight }),
    ...(maxconn === undefined ? {} : { maxconn }),
    ...(raw === "" ? {} : { raw }),
  }
}
