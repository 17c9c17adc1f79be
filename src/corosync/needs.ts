import { pacemakerOn } from "../membership/nodes.ts"
import type { HostNeeds, PortClaim } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"

/** It writes down there which ring it was in, and does not start where it cannot. */
const WRITES = ["/etc/corosync/corosync.conf", "/var/lib/corosync/ringid"]
const OWN = ["corosync", "corosync-qnetd", "corosync-qdevic"]

/** Each link has a port of its own. 5403 and 5404 are taken only by a quorum device and by the older transports. */
export function needs(inventory: Inventory, host: Host): HostNeeds | undefined {
  if (pacemakerOn(inventory, host) === undefined) return undefined
  const knet = host.links.map((_, link) => claim("udp", 5405 + link, "error"))
  return {
    ports: [claim("tcp", 5403, "warning"), claim("udp", 5404, "warning"), ...knet],
    programs: ["corosync"],
    writes: WRITES,
  }
}

function claim(protocol: PortClaim["protocol"], port: number, severity: PortClaim["severity"]): PortClaim {
  return {
    protocol,
    address: "*",
    port,
    use: "corosync",
    own: OWN,
    severity,
    hint: "Stop it, or move it to another port: the cluster's own port cannot move.",
    mayBeStarting: "on any address",
    besideLoopback: true,
  }
}
