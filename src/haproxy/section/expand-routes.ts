import { nearest } from "../../base/nearest.ts"
import type { HaproxyPool, HaproxyService, Route } from "../../model/haproxy.ts"
import type { Group } from "../../model/inventory.ts"
import type { ServiceEntry } from "./expand-presets.ts"
import type { Expansion } from "./expansion.ts"
import type { ServiceYaml } from "./service-schema.ts"

/** `acl` lines of a service, in haproxy's words. */
export function expandAcls({ acls = {} }: ServiceYaml): string[] {
  return Object.entries(acls).flatMap(([name, criteria]) => {
    return [criteria].flat().map((criterion) => `acl ${name} ${criterion}`)
  })
}

export function expandRoutes({ yaml, at }: Pick<ServiceEntry, "yaml" | "at">, { problem }: Expansion): Route[] {
  return (yaml.routes ?? []).map(({ pool, when, unless }, index) => {
    if (when !== undefined && unless !== undefined)
      problem([...at("routes"), index], "when and unless exclude each other")
    const condition = when === undefined ? unless && `unless ${unless}` : `if ${when}`
    return { pool, condition }
  })
}

interface Placed {
  service: HaproxyService
  at: ServiceEntry["at"]
}

/** Services with the servers of the pools that they hand all on to. Names of pools that are nowhere are reported. */
export function withPools(
  placed: readonly Placed[],
  pools: readonly HaproxyPool[],
  raw: readonly string[],
  { problem }: Expansion,
): Placed[] {
  const own = placed.flatMap(({ service }) => backendOf(service) ?? [])
  const written = raw.flatMap((line) => /^\s*(?:backend|listen)\s+(\S+)/.exec(line)?.[1] ?? [])
  const known = [...pools.map(({ name }) => name), ...own.map(({ name }) => name), ...written]
  // A pool is written wherever requests are sent to it, what a service brings where that service is.
  const elsewhere = (name: string, on: Group): Group | undefined => {
    const bringing = own.filter((one) => one.name === name)
    const everywhere = [...pools.map((pool) => pool.name), ...written].includes(name)
    return everywhere || bringing.some((one) => one.on === on) ? undefined : bringing[0]?.on
  }
  return placed.map(({ service, at }) => {
    const named = [
      ...service.routes.map(({ pool }, index) => ({ pool, path: [...at("routes"), index, "pool"] })),
      ...(service.alone?.backend === undefined ? [] : [{ pool: service.alone.backend, path: at("pool") }]),
    ]
    for (const { pool, path } of named) {
      const unless = [["haproxy", "pools", pool]]
      const other = elsewhere(pool, service.on)
      if (other !== undefined) {
        const here = `${service.name} is on the ${service.on}`
        problem(path, `the servers of ${pool} are in the haproxy of the ${other}, and ${here}`, { unless })
      }
      if (!known.includes(pool))
        problem(path, `there is no pool "${pool}"`, { suggestion: nearest(pool, known), unless })
    }
    const all = [...pools, ...own].find(({ name }) => name === service.alone?.backend)
    return { service: all === undefined ? service : { ...service, servers: all.servers, check: all.check }, at }
  })
}

/** The backend section that a service brings, by its name. */
function backendOf({ name, on, split, alone, servers, check }: HaproxyService) {
  return alone === undefined ? { name: split?.backend ?? name, on, servers, check } : undefined
}
