import { hostPort } from "../base/address.ts"
import type { Connections } from "../model/connection.ts"
import { hostsOf } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
import { MEMCACHED, MEMCACHED_PORT } from "./settings.ts"

/** All servers, in the same order for every client: by that a key has its server. */
export const connections: Connections = (inventory) => {
  const on = settingsOf(inventory, MEMCACHED)?.on
  if (on === undefined) return []
  const servers = hostsOf(inventory, on).map(({ address }) => hostPort(address, MEMCACHED_PORT))
  return [{ name: "memcached_servers", value: () => servers.join(",") }]
}
