import type { Bind, HaproxyServer, HaproxyService } from "../../model/haproxy.ts"
import { checkLines, checkWords } from "./check.ts"
import { tuning } from "./tuning.ts"
import { directive, endpoint, section, withRaw } from "./words.ts"

/** One `listen` section, or a `frontend` and its `backend`. */
export function serviceSections(service: HaproxyService): string[] {
  const { split } = service
  const mode = directive("mode", service.mode)
  if (split === undefined) {
    const lines = [
      bindLine(service.bind),
      mode,
      balanceLine(service),
      ...tuning(service, "both"),
      ...serverLines(service),
    ]
    return [section(`listen ${service.name}`, lines)]
  }
  const front = [bindLine(service.bind), mode, ...tuning(service, "front"), directive("default_backend", split.backend)]
  const back = [mode, balanceLine(service), ...tuning(service, "back"), ...serverLines(service)]
  return [
    section(`frontend ${split.frontend}`, [...front, ...service.rawFrontend]),
    section(`backend ${split.backend}`, back),
  ]
}

export function bindLine({ address, port, tls, raw }: Bind): string {
  const alpn = tls === undefined || tls.alpn.length === 0 ? [] : ["alpn", tls.alpn.join(",")]
  const ends = tls === undefined ? [] : ["ssl", "crt", tls.certificate, ...alpn]
  return withRaw(directive("bind", endpoint(address, port), ...ends), raw)
}

function balanceLine({ balance }: HaproxyService): string {
  // As written: `url_param id` and `hdr(host) use_domain_only` are several words.
  return `balance ${balance}`
}

/** Raw lines stand before the servers, where rules and `default-server` have to be. */
function serverLines({ check, servers, raw }: HaproxyService): string[] {
  return [...checkLines(check), ...raw, ...servers.map(serverLine)]
}

function serverLine(server: HaproxyServer): string {
  const { name, address, port, backup, weight, maxconn, check, raw } = server
  const share = weight === undefined ? [] : ["weight", weight]
  const limit = maxconn === undefined ? [] : ["maxconn", maxconn]
  const words = [...(backup ? ["backup"] : []), ...checkWords(check), ...share, ...limit, ...server.words]
  return withRaw(directive("server", name, endpoint(address, port), ...words), raw)
}
