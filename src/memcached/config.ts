import type { FileWant } from "../host/file-drift.ts"
import { MANAGED } from "../host/mark.ts"
import { MEMCACHED_PORT } from "./settings.ts"

export const MEMCACHED_CONFIG = "/etc/memcached.conf"

/** Where it listens, and how much it may take. */
export interface MemcachedWant {
  address: string
  memoryMib: number
  connections: number
}

/** Debian's file of options, a line each, which the unit's own script hands to memcached. */
export function memcachedConfig({ address, memoryMib, connections }: MemcachedWant): FileWant {
  const content = `${MANAGED}
-u memcache
-P /var/run/memcached/memcached.pid
-l ${address}
-p ${MEMCACHED_PORT}
-m ${memoryMib}
-c ${connections}
`
  return { path: MEMCACHED_CONFIG, content, mode: "0644", owner: "root:root" }
}
