import { hasOneWriter } from "../haproxy/config/one-writer.ts"
import { inMs } from "../haproxy/config/time.ts"
import { agentOf } from "../haproxy/node/agent.ts"
import { type Balancer, bringBack, requireAnother, takeAway, UNTIL } from "../haproxy/runtime/away.ts"
import { backendOf } from "../haproxy/view/services.ts"
import type { Detour } from "../model/component.ts"
import { MYSQL_PORT } from "../model/galera.ts"
import type { HealthCheck } from "../model/haproxy.ts"
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
        risesMs: risesMs(server.check),
      }),
    )
  })
}

/** By haproxy's defaults (`inter 2s rise 2`) where it is not said; an interval more for the one that is under way. */
function risesMs({ interval = "2s", downInterval = interval, rise = 2 }: Partial<HealthCheck> = {}): number {
  return (rise + 1) * Math.max(inMs(interval) ?? 0, inMs(downInterval) ?? 0)
}

/** What a member's clients are sent elsewhere by before it stops for a moment, and by what it is in service again; nothing where none comes by haproxy. */
export function detour(balancers: readonly Balancer[]): Detour {
  const [first] = balancers
  if (first === undefined) return { before: [], after: [] }
  return {
    before: [...balancers.map(requireAnother), ...balancers.map(takeAway), RELEASE],
    after: balancers.map(bringBack),
    hint: `${first.backend}/${first.server} stays drained in haproxy ${UNTIL}`,
  }
}
