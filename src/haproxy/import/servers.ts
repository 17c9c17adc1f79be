import type { Entry } from "../config/effective.ts"
import { parseWrittenEndpoint } from "../config/endpoint.ts"
import { type LineSetting, serverSettings, settingText } from "../config/line-words.ts"
import { withUnit } from "../config/time.ts"
import type { ServerYaml } from "../section/server-schema.ts"
import type { BackendYaml, ServiceYaml } from "../section/service-schema.ts"
import type { CheckSettings } from "./check.ts"
import type { Named } from "./hosts.ts"
import { isPlain } from "./plain.ts"
import { type Refusal, refusal } from "./refusal.ts"
import { takeServerWords } from "./server-words.ts"

export type Backends = Pick<ServiceYaml, "active" | "backends" | "backendPort" | "check" | "server" | "rawServer">

/** A server line in parts. */
interface Server extends Named {
  /** `address` is a name that haproxy looks up. */
  named: boolean
  port: number | string
  backup: boolean
  weight?: number | undefined
  maxconn?: number | undefined
  check: CheckSettings | undefined
  /** Where it is not checked as the service's others are. */
  checked?: BackendYaml["check"]
  settings: ServerYaml
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
  port: number | string,
  hosts: readonly Named[],
): Backends | Refusal {
  if (entries.length === 0) return refusal("it has no servers")
  const servers = entries.flatMap((entry) => serverOf(entry) ?? [])
  const foreign = entries.find((entry) => serverOf(entry) === undefined)
  if (foreign !== undefined) return refusal(`${foreign.directive.words[2]} is no address or name with a port`, foreign)
  const twice = servers.findIndex(({ name }, at) => servers.findIndex((one) => one.name === name) !== at)
  if (twice !== -1) return refusal(`two servers are called ${servers[twice]!.name}`, entries[twice])
  const own = servers
  const check = commonCheck(servers)
  const backendPort = own[0]!.port
  const shared = own.every(({ raw }) => raw === own[0]!.raw) ? own[0]!.raw : ""
  const active = activeOf(own)
  const common = commonSettings(own)
  const listed = own.map((server) => ({
    ...server,
    ...("maxconn" in common ? { maxconn: undefined } : {}),
    settings: without(server.settings, common),
    ...ownCheck(server, check),
    raw: shared === "" ? server.raw : "",
    backup: active === undefined && server.backup,
  }))
  const backends = yamlOf(listed, backendPort, hosts)
  return {
    ...(backendPort === port ? {} : { backendPort }),
    ...(active === undefined ? {} : { active }),
    ...(backends === undefined ? {} : { backends }),
    ...checkYaml(check, asked),
    ...(Object.keys(common).length === 0 ? {} : { server: common }),
    ...(shared === "" ? {} : { rawServer: shared }),
  }
}

function serverOf({ directive }: Entry): Server | undefined {
  const [, name = "", target = "", ...words] = directive.words
  const endpoint = targetOf(target)
  if (endpoint === undefined || !isPlain(directive)) return undefined
  const settings = new Map(serverSettings(words).map((setting) => [setting[0], setting]))
  const taken = checkOf(settings)
  const weight = wholeNumber(settings.get("weight"), 0, 256)
  const maxconn = wholeNumber(settings.get("maxconn"), 1)
  for (const [key, value] of Object.entries({ weight, maxconn })) if (value !== undefined) settings.delete(key)
  const backup = settings.delete("backup")
  const own = takeServerWords(settings)
  const raw = [...settings.values()].map((setting) => settingText(setting)).join(" ")
  return { name, ...endpoint, backup, weight, maxconn, check: taken, settings: own, raw }
}

/** An IP address or a name, and a port. */
function targetOf(text: string): Pick<Server, "address" | "named" | "port"> | undefined {
  const endpoint = parseWrittenEndpoint(text)
  if (endpoint !== undefined)
    return endpoint.address === "*" ? undefined : { ...endpoint, named: endpoint.address.startsWith("$") }
  const [, address, place = ""] = /^([A-Za-z0-9_][A-Za-z0-9_.-]*):([^:]+)$/.exec(text) ?? []
  const port = parseWrittenEndpoint(`*:${place}`)?.port
  return address === undefined || port === undefined ? undefined : { address, named: true, port }
}

/** What all servers say alike, where they are several. */
function commonSettings(servers: readonly Server[]): NonNullable<ServiceYaml["server"]> {
  const [first, ...others] = servers.map(({ settings, maxconn }) => ({
    ...settings,
    ...(maxconn === undefined ? {} : { maxconn }),
  }))
  if (first === undefined || others.length === 0) return {}
  const same = Object.entries(first).filter(([key, value]) => {
    return others.every((other) => JSON.stringify((other as Record<string, unknown>)[key]) === JSON.stringify(value))
  })
  return Object.fromEntries(same)
}

function without(settings: ServerYaml, common: object): ServerYaml {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in common)))
}

/** Takes the words of a check out of the settings. */
function checkOf(settings: Map<string, LineSetting>): CheckSettings | undefined {
  if (!settings.delete("check")) return undefined
  const check: CheckSettings = {}
  const interval = withUnit(settings.get("inter")?.[1] ?? "")
  const port = wholeNumber(settings.get("port"), 1, 65_535)
  const fastInterval = withUnit(settings.get("fastinter")?.[1] ?? "")
  const downInterval = withUnit(settings.get("downinter")?.[1] ?? "")
  const rise = wholeNumber(settings.get("rise"), 1)
  const fall = wholeNumber(settings.get("fall"), 1)
  if (settings.has("check-ssl") && settings.get("verify")?.[1] === "none") {
    // Where it speaks TLS anyway, that is said of the server too.
    for (const key of settings.has("ssl") ? ["check-ssl"] : ["check-ssl", "verify"]) settings.delete(key)
    check.tls = true
  }
  for (const [key, value] of Object.entries({
    port,
    inter: interval,
    fastinter: fastInterval,
    downinter: downInterval,
    rise,
    fall,
  }))
    if (value !== undefined) settings.delete(key)
  return {
    ...(port === undefined ? {} : { port }),
    ...(interval === undefined ? {} : { interval }),
    ...(fastInterval === undefined ? {} : { fastInterval }),
    ...(downInterval === undefined ? {} : { downInterval }),
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

/** What those that are checked have in common; undefined where none is. */
function commonCheck(servers: readonly Server[]): CheckSettings | undefined {
  const [first, ...others] = servers.flatMap(({ check }) => check ?? [])
  if (first === undefined) return undefined
  const same = Object.entries(first).filter(([key, value]) => {
    return others.every((other) => other[key as keyof CheckSettings] === value)
  })
  return Object.fromEntries(same)
}

function ownCheck({ check }: Server, common: CheckSettings | undefined): Pick<Server, "checked"> {
  if (common === undefined) return {}
  if (check === undefined) return { checked: false }
  const own = Object.entries(check).filter(([key]) => !(key in common))
  return own.length === 0 ? {} : { checked: Object.fromEntries(own) }
}

/** So many first servers are active and all others backups; undefined where all are active, or in another order. */
function activeOf(servers: readonly Server[]): number | undefined {
  const active = servers.findIndex(({ backup }) => backup)
  return active > 0 && servers.slice(active).every(({ backup }) => backup) ? active : undefined
}

function checkYaml(check: CheckSettings | undefined, asked: CheckSettings): Pick<ServiceYaml, "check"> {
  if (check === undefined) return { check: false }
  const { sequence, ...request } = asked
  const all = { ...request, ...check, ...(sequence === undefined ? {} : { sequence }) }
  const keys = Object.keys(all)
  if (keys.length === 0) return {}
  return { check: keys.length === 1 && all.type !== undefined ? all.type : all }
}

/** Undefined where they are the inventory's hosts, all of them and in their order. */
function yamlOf(
  servers: readonly Server[],
  port: number | string,
  hosts: readonly Named[],
): ServiceYaml["backends"] | undefined {
  const isHost = ({ name, address, named }: Server) =>
    !named && hosts.some((host) => host.name === name && host.address === address)
  const bare = servers.every((server) => isHost(server) && Object.keys(detailsOf(server, port)).length === 0)
  const names = servers.map(({ name }) => name)
  if (bare) return names.join() === hosts.map(({ name }) => name).join() ? undefined : names
  return Object.fromEntries(servers.map((server) => [server.name, shortOf(server, port, isHost(server))]))
}

function shortOf(server: Server, port: number | string, isHost: boolean): string | number | BackendYaml {
  const details = detailsOf(server, port)
  const keys = Object.keys(details)
  if (isHost) return keys.length === 1 && typeof details.port === "number" ? details.port : details
  const { address, named } = server
  if (named) return { hostname: address, ...details }
  if (keys.length === 0) return address
  if (keys.length > 1 || typeof details.port !== "number") return { address, ...details }
  return address.includes(":") ? `[${address}]:${server.port}` : `${address}:${server.port}`
}

function detailsOf(server: Server, port: number | string): BackendYaml {
  const { backup, weight, maxconn, checked, settings, raw } = server
  return {
    ...(server.port === port ? {} : { port: server.port }),
    ...(backup ? { backup } : {}),
    ...(weight === undefined ? {} : { weight }),
    ...(maxconn === undefined ? {} : { maxconn }),
    ...(checked === undefined ? {} : { check: checked }),
    ...settings,
    ...(raw === "" ? {} : { raw }),
  }
}
