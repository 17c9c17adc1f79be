import type { HealthCheck } from "../../model/haproxy.ts"
import { type Host, hostsOf, type Inventory } from "../../model/inventory.ts"
import { hasOneWriter } from "../config/one-writer.ts"
import { inMs } from "../config/time.ts"
import { agentOf } from "../node/agent.ts"
import { backendOf } from "../view/services.ts"
import type { Balancer } from "./away.ts"

/** Every haproxy that sends clients to this port of a host. */
export function balancersOf(
  inventory: Inventory,
  { address }: Pick<Host, "address">,
  port: number,
): readonly Balancer[] {
  const { haproxy } = inventory
  if (haproxy === undefined) return []
  return haproxy.services.flatMap((service) => {
    const server = service.servers.find((one) => one.address === address && one.port === port)
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
