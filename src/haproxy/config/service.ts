import type { Bind, HaproxyPool, HaproxyServer, HaproxyService, Route } from "../../model/haproxy.ts"
import { checkLines, checkWords } from "./check.ts"
import { tuning } from "./tuning.ts"
import { directive, endpoint, section, withRaw } from "./words.ts"

/** One `listen` section, or a `frontend` and its `backend`. */
export function serviceSections(service: HaproxyService): string[] {
  const { split, alone, acls } = service
  const mode = directive("mode", service.mode)
  const routes = service.routes.map(routeLine)
  const front = (backend: string | undefined) => [
    bindLine(service.bind),
    mode,
    ...tuning(service, "front"),
    ...(backend === undefined ? [] : [directive("default_backend", backend)]),
    ...acls,
    ...service.rawFrontend,
  ]
  if (alone !== undefined)
    return [section(`frontend ${alone.frontend}`, [...front(alone.backend), ...service.raw, ...routes])]
  if (split === undefined) {
    const lines = [
      bindLine(service.bind),
      mode,
      balanceLine(service),
      ...tuning(service, "both"),
      ...acls,
      ...serverLines(service, routes),
    ]
    return [section(`listen ${service.name}`, lines)]
  }
  return [
    section(`frontend ${split.frontend}`, [...front(split.backend), ...routes]),
    backendSection(split.backend, service),
  ]
}

/** The `backend` section of a pool. */
export function poolSection(pool: HaproxyPool): string {
  return backendSection(pool.name, pool)
}

function backendSection(name: string, pool: HaproxyPool | HaproxyService): string {
  const lines = [directive("mode", pool.mode), balanceLine(pool), ...tuning(pool, "back"), ...serverLines(pool)]
  return section(`backend ${name}`, lines)
}

function routeLine({ pool, condition }: Route): string {
  return condition === undefined ? `use_backend ${pool}` : `use_backend ${pool} ${condition}`
}

export function bindLine({ address, port, variable, tls, raw }: Bind): string {
  const alpn = tls === undefined || tls.alpn.length === 0 ? [] : ["alpn", tls.alpn.join(",")]
  const ends = tls === undefined ? [] : ["ssl", "crt", tls.certificate, ...alpn]
  return withRaw(directive("bind", endpoint(address, variable ?? port), ...ends), raw)
}

function balanceLine({ balance }: Pick<HaproxyService, "balance">): string {
  // As written: `url_param id` and `hdr(host) use_domain_only` are several words.
  return `balance ${balance}`
}

/** Raw lines stand before the servers, where rules and `default-server` have to be. */
function serverLines(
  { check, servers, raw }: Pick<HaproxyService, "check" | "servers" | "raw">,
  routes: readonly string[] = [],
): string[] {
  return [...checkLines(check), ...raw, ...routes, ...servers.map(serverLine)]
}

function serverLine(server: HaproxyServer): string {
  const { name, address, port, backup, weight, maxconn, check, raw } = server
  const share = weight === undefined ? [] : ["weight", weight]
  const limit = maxconn === undefined ? [] : ["maxconn", maxconn]
  const words = [...(backup ? ["backup"] : []), ...checkWords(check), ...share, ...limit, ...server.words]
  return withRaw(directive("server", name, endpoint(address, port), ...words), raw)
}
