import { pacemakerOn, quorumDeviceHost } from "../membership/nodes.ts"
import type { HostNeeds, Opening, PortClaim } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"

/** It writes down there which ring it was in, and does not start where it cannot. */
const WRITES = ["/etc/corosync/corosync.conf", "/var/lib/corosync/ringid"]
const OWN = ["corosync", "corosync-qnetd", "corosync-qdevic"]

/** Of the host that keeps the quorum device's vote. */
const QNETD: readonly Opening[] = [
  { protocol: "tcp", port: 2224, use: "pcsd", from: "hosts" },
  { protocol: "tcp", port: 5403, use: "corosync-qnetd", from: "hosts" },
]

/** Each link has a port of its own. 5403 and 5404 are taken only by a quorum device and by the older transports. */
export function needs(inventory: Inventory, host: Host): HostNeeds | undefined {
  if (quorumDeviceHost(inventory, host) !== undefined) return { opens: QNETD }
  if (pacemakerOn(inventory, host) === undefined) return undefined
  const knet = host.links.map((_, link) => claim("udp", 5405 + link, "error"))
  return {
    ports: [claim("tcp", 5403, "warning", "nobody"), claim("udp", 5404, "warning", "nobody"), ...knet],
    programs: ["corosync"],
    writes: WRITES,
  }
}

function claim(
  protocol: PortClaim["protocol"],
  port: number,
  severity: PortClaim["severity"],
  from: PortClaim["from"] = "hosts",
): PortClaim {
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
    from,
  }
}
