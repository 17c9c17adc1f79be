import * as z from "zod"
import { type Host, hostsOf, type Inventory, type Pacemaker } from "../model/inventory.ts"
import type { BindContext } from "../model/step.ts"

/** A node of the cluster as the inventory wants it. */
export const MEMBER_NODE = z.object({
  name: z.string(),
  address: z.string(),
  links: z.array(z.string()).min(1),
  linksGiven: z.boolean().optional().describe("The inventory says the links, and not just the address."),
  nodeid: z.number().int().positive(),
  /** True where the inventory says the id, and not the order of its hosts. */
  pinned: z.boolean(),
})

export type MemberNode = z.infer<typeof MEMBER_NODE>

/** The inventory's pacemaker section, where `host` is one of its nodes. */
export function pacemakerOn(inventory: Inventory, host: Host): Pacemaker | undefined {
  const { pacemaker } = inventory
  return pacemaker !== undefined && host.group === pacemaker.on ? pacemaker : undefined
}

/** What the steps of a node's leaving are told, on the members of its cluster; undefined elsewhere, and where no verb is about a node. */
export function leaving({ inventory, host, subject }: BindContext) {
  const pacemaker = pacemakerOn(inventory, host)
  if (pacemaker === undefined || subject === undefined) return undefined
  const { node, force = false, loseQuorum = false } = subject
  return { cluster: inventory.name, node, shell: pacemaker.shell, force, loseQuorum, sbd: pacemaker.sbd !== undefined }
}

/** The inventory's pacemaker section, where `host` keeps the vote of its quorum device. */
export function quorumDeviceHost(
  { pacemaker }: Pick<Inventory, "pacemaker">,
  host: Pick<Host, "name">,
): Pacemaker | undefined {
  return pacemaker?.quorumDevice?.host === host.name ? pacemaker : undefined
}

/**
 * The nodes of the cluster in the order of their ids. Ids that are not pinned take the lowest free number in the order of
 * the inventory, as the shells do, so that without pins the order is the inventory's own.
 */
export function memberNodes(inventory: Inventory, pacemaker: Pacemaker): readonly MemberNode[] {
  const hosts = hostsOf(inventory, pacemaker.on)
  const taken = new Set(hosts.flatMap((host) => host.nodeid ?? []))
  const lowestFree = () => {
    let id = 1
    while (taken.has(id)) id++
    taken.add(id)
    return id
  }
  return hosts
    .map((host) => ({
      name: host.name,
      address: host.address,
      // udp and udpu know one link only.
      links: pacemaker.transport === "knet" ? [...host.links] : host.links.slice(0, 1),
      ...(host.linksGiven === true ? { linksGiven: true } : {}),
      nodeid: host.nodeid ?? lowestFree(),
      pinned: host.nodeid !== undefined,
    }))
    .sort((a, b) => a.nodeid - b.nodeid)
}
