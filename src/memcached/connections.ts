import type { Connections } from "../model/connection.ts"
import { memcachedServers } from "./settings.ts"

export const connections: Connections = (inventory) => {
  const servers = memcachedServers(inventory)
  return servers.length === 0 ? [] : [{ name: "memcached_servers", value: () => servers.join(",") }]
}
