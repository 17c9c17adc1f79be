import type { Path } from "../../document/problems.ts"
import type { HaproxyPool, HaproxyService } from "../../model/haproxy.ts"
import { expandServers } from "./expand-backends.ts"
import type { BaseSettings } from "./expand-base.ts"
import { ownOptions } from "./expand-presets.ts"
import { expandCheck, inheritOptions, reportContradictions } from "./expand-service.ts"
import type { Expansion } from "./expansion.ts"
import type { PoolYaml } from "./pool-schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/** A pool with its servers, options and check resolved. It is where services send requests to it: on all hosts where none does. */
export function expandPool(
  name: string,
  pool: PoolYaml,
  base: BaseSettings,
  { services, expansion }: { services: readonly HaproxyService[]; expansion: Expansion },
): HaproxyPool {
  const at = (key: string): Path => ["haproxy", "pools", name, ...(key in pool ? [key] : [])]
  const mode = pool.mode ?? base.section.mode
  const yaml = { ...pool, name, port: pool.backendPort ?? 0 }
  const options = ownOptions(yaml, mode)
  reportContradictions({ yaml, options, at }, mode, expansion)
  const check = expandCheck(yaml)
  const servers = expandServers(yaml, check, at("backends"), expansion)
  if (servers.some(({ port }) => port === 0))
    expansion.problem(at("backends"), "a pool has no port of its own: say backendPort")
  const users = services.filter((service) => sendsTo(service, name))
  const groups = new Set((users.length === 0 ? services : users).map(({ on }) => on))
  return {
    name,
    on: groups.size === 0 ? [expansion.defaultGroup] : [...groups],
    mode,
    balance: pool.balance ?? base.balance,
    retries: pool.retries,
    options: inheritOptions(options, base.inherited, mode),
    timeouts: pool.timeouts ?? {},
    errorfiles: {},
    check,
    servers,
    raw: rawLines(pool.raw),
  }
}

function sendsTo({ routes, alone }: HaproxyService, name: string): boolean {
  return alone?.backend === name || routes.some(({ pool }) => pool === name)
}
