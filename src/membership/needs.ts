import type { HostNeeds } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { pacemakerOn } from "./nodes.ts"

/** pcsd was a Ruby program up to 0.9 and is a Python one since. */
const PCSD = ["pcsd", "ruby", "python3", "systemd"]

/** What pcsd needs on a member. */
export function needs(inventory: Inventory, host: Host): HostNeeds | undefined {
  if (pacemakerOn(inventory, host) === undefined) return undefined
  const pcsd = {
    protocol: "tcp",
    address: "*",
    port: 2224,
    use: "pcsd",
    own: PCSD,
    units: { ruby: "pcsd", python3: "pcsd" },
    severity: "error",
    hint: "Stop it, or move it to another port: the cluster's own port cannot move.",
    // On a node that boots its socket is there before it shows whose it is.
    mayBeStarting: "on any address",
    from: "hosts",
  } as const
  return { namedBy: "the cluster", ports: [pcsd] }
}
