import { isIPv6 } from "node:net"
import { hostPort } from "../base/address.ts"
import type { Group } from "../model/inventory.ts"
import { type Expanded, hostsWith, sectionKey } from "../model/section.ts"

export interface MemcachedSettings {
  on: Group
  /** MiB for what is cached, on each host. */
  memoryMib: number
  /** Clients at a time. */
  connections: number
}

export const MEMCACHED = sectionKey<MemcachedSettings>("memcached")

/** Clients are told of every server by this port; a load balancer before it would have each of them see another cache. */
export const MEMCACHED_PORT = 11211

/**
 * All of them, in the same order for every client: by that a key has its server. One of IPv6 says so, as the clients of OpenStack's
 * services want it (oslo.cache, `memcache_servers`).
 */
export function memcachedServers(inventory: Expanded): readonly string[] {
  return hostsWith(inventory, MEMCACHED).map(({ address }) => {
    const server = hostPort(address, MEMCACHED_PORT)
    return isIPv6(address) ? `inet6:${server}` : server
  })
}
