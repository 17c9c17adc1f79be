import { isIP } from "node:net"
import { normalized } from "../../base/address.ts"
import { nearest } from "../../base/nearest.ts"
import type { Path } from "../../document/problems.ts"
import type { HaproxyServer, HealthCheck } from "../../model/haproxy.ts"
import type { Group, Host } from "../../model/inventory.ts"
import { settingsAt } from "./expand-presets.ts"
import type { Expansion } from "./expansion.ts"
import { serverWords } from "./server-schema.ts"
import type { BackendsYaml, BackendYaml, ServiceYaml } from "./service-schema.ts"

interface Wanted {
  name: string
  backend: BackendYaml
  path: Path
}

/** The servers of a service, in the order of the inventory: those after the first `active` are backups. */
export function expandServers(
  yaml: ServiceYaml,
  check: HealthCheck | undefined,
  at: Path,
  expansion: Expansion,
): readonly HaproxyServer[] {
  if (hasNone(yaml)) return []
  const { backends = "controllers" } = yaml
  const wanted = backends === "none" ? [] : wantedServers(backends, at, expansion)
  const servers = wanted.map((one) => expandServer(one, yaml, check, expansion))
  const active = yaml.active ?? servers.length
  return servers.map((server, index) => ({ ...server, backup: server.backup || index >= active }))
}

/** Whether a service has no servers of its own. */
export function hasNone({ pool, backends }: Pick<ServiceYaml, "pool" | "backends">): boolean {
  return pool !== undefined || backends === "none"
}

/** `10.0.0.1`, `10.0.0.1:80`, `[2001:db8::1]:80`, `node1:80`; undefined where it is none of them. */
export function parseEndpoint(text: string): { address: string; port?: number } | undefined {
  if (isIP(text) !== 0) return { address: text }
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:\s]+)(?::(\d+))?$/.exec(text)
  if (match === null) return undefined
  const address = match[1]!
  if (match[2] === undefined) return { address }
  const port = Number(match[2])
  return port >= 1 && port <= 65535 ? { address, port } : undefined
}

function wantedServers(backends: Exclude<BackendsYaml, "none">, at: Path, expansion: Expansion): Wanted[] {
  if (typeof backends === "string") return groupMembers(backends, at, expansion)
  if (isList(backends)) return listed(backends, at, expansion)
  const entries = Object.entries(backends)
  if (entries.length === 0) expansion.problem(at, "a service needs at least one backend", { unless: [[...at, "*"]] })
  return entries.flatMap(([name, value]) => {
    const path = [...at, name]
    const backend = longForm(value, path, expansion)
    return backend === undefined ? [] : [{ name, backend, path }]
  })
}

function isList(backends: Exclude<BackendsYaml, "none">): backends is string[] {
  return Array.isArray(backends)
}

function groupMembers(group: Group, at: Path, { hosts, problem }: Expansion): Wanted[] {
  const members = hosts.filter((host) => host.group === group)
  if (members.length === 0) {
    const unless = [[group, "*"], ...settingsAt(at, "backends")]
    problem(at, `the inventory has no ${group} to be backends`, { unless })
  }
  return members.map(({ name }) => ({ name, backend: {}, path: at }))
}

function listed(names: readonly string[], at: Path, { problem }: Expansion): Wanted[] {
  return names.map((name, index) => {
    if (names.indexOf(name) !== index) problem([...at, index], `backend ${name} is listed twice`)
    return { name, backend: {}, path: [...at, index] }
  })
}

function longForm(value: string | number | BackendYaml, path: Path, { problem }: Expansion): BackendYaml | undefined {
  if (typeof value === "number") return { port: value }
  if (typeof value !== "string") return value
  const endpoint = parseEndpoint(value)
  if (endpoint === undefined) problem(path, `"${value}" is not an address, nor ADDRESS:PORT`)
  return endpoint
}

function expandServer(
  { name, backend, path }: Wanted,
  yaml: ServiceYaml,
  check: HealthCheck | undefined,
  expansion: Expansion,
): HaproxyServer {
  const raw = [yaml.rawServer, backend.raw].filter((words) => words !== undefined)
  const { hostname } = backend
  const port = backend.port ?? yaml.backendPort ?? yaml.port
  if (hostname !== undefined && backend.address !== undefined)
    expansion.problem([...path, "hostname"], "address and hostname exclude each other")
  return {
    name,
    address: hostname ?? resolveAddress(backend.address ?? name, path, expansion.hosts, expansion),
    named: hostname !== undefined || typeof port === "string",
    port,
    backup: backend.backup ?? false,
    weight: backend.weight,
    maxconn: backend.maxconn ?? yaml.server?.maxconn,
    check: ownCheck(backend.check, check, [...path, "check"], expansion),
    words: serverWords({ ...yaml.server, ...backend }),
    raw: raw.length === 0 ? undefined : raw.join(" "),
  }
}

/** What the service's check asks, where and as often as the backend says. */
function ownCheck(
  own: BackendYaml["check"],
  check: HealthCheck | undefined,
  path: Path,
  { problem }: Expansion,
): HealthCheck | undefined {
  if (own === undefined || own === false) return own === false ? undefined : check
  if (check === undefined) problem(path, "the service's backends are not checked: leave its check: false out")
  return check && { ...check, ...own, tls: own.tls ?? check.tls }
}

/** Other names are refused here, where they may be misspelled: one for haproxy to look up is said to be one, as `hostname`. */
function resolveAddress(address: string, path: Path, hosts: readonly Host[], { problem }: Expansion): string {
  // Names first: where they are most of what is asked, Node compiles no pattern for IPv6, which takes it milliseconds.
  const host = hosts.find((candidate) => candidate.name === address)
  if (host !== undefined) return host.address
  if (isIP(address) !== 0) return normalized(address)
  const names = hosts.map((candidate) => candidate.name)
  problem(path, `backend "${address}" is neither an IP address nor a host of the inventory`, {
    suggestion: nearest(address, names),
    unless: [
      ["controllers", address],
      ["loadbalancers", address],
      [...path, "address"],
    ],
  })
  return address
}
