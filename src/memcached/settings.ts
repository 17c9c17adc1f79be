import type { Group } from "../model/inventory.ts"
import { sectionKey } from "../model/section.ts"

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
