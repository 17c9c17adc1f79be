import { hasOneWriter } from "../haproxy/config/one-writer.ts"
import { agentOf } from "../haproxy/node/agent.ts"
import { type Balancer, bringBack, takeAway } from "../haproxy/runtime/away.ts"
import { backendOf } from "../haproxy/view/services.ts"
import type { Detour } from "../model/component.ts"
import { MYSQL_PORT } from "../model/galera.ts"
import { type Host, hostsOf, type Inventory } from "../model/inventory.ts"
import { RELEASE } from "./node/scripts.ts"

/** Every haproxy that sends clients to a member. */
export function balancersOf(inventory: Inventory, { address }: Pick<Host, "address">): readonly Balancer[] {
  const { haproxy } = inventory
  if (haproxy === undefined) return []
  return haproxy.services.flatMap((service) => {
    const server = service.servers.find((one) => one.address === address && one.port === MYSQL_PORT)
    if (server === undefined) return []
    return hostsOf(inventory, service.on).map(
      (host): Balancer => ({
        host: host.name,
        socket: haproxy.global.socket.path,
        pidFile: agentOf(inventory, host).agent?.pidFile,
        backend: backendOf(service),
        server: server.name,
        oneWriter: hasOneWriter(service),
      }),
    )
  })
}

/** What a member's clients are sent elsewhere by before it stops for a moment, and by what it is in service again; nothing where none comes by haproxy. */
export function detour(balancers: readonly Balancer[]): Detour {
  if (balancers.length === 0) return { before: [], after: [] }
  return { before: [...balancers.map(takeAway), RELEASE], after: balancers.map(bringBack) }
}
