import type { Finding } from "../base/events.ts"
import { count as counted } from "../base/words.ts"
import { linksOf } from "./corosync-links.ts"
import { lists, type NodeView } from "./node-view.ts"
import type { MemberNode } from "./nodes.ts"

/** What stands against a node's joining where haops itself writes the members' files (crmsh), beside what always does. */
export function byFilesFindings({ name, links }: MemberNode, { conf }: Pick<NodeView, "conf" | "vendor">): Finding[] {
  if (conf === undefined) return []
  const device = conf.device === undefined ? [] : [refusal(DEVICE, `On ${name}: crm cluster join, then crm qdevice`)]
  if (conf.nodes.length === 0)
    return [refusal("the cluster's corosync.conf lists no nodes", "Give it a nodelist first."), ...device]
  if (lists({ conf, vendor: false }, name)) {
    const listed = conf.nodes.find((node) => node.name === name)?.addresses.join(", ")
    const same = listed === links.join(", ")
    return same
      ? device
      : [
          refusal(`${name} is a member at ${listed}, not at ${links.join(", ")}`, `haops remove-node ${name} first`),
          ...device,
        ]
  }
  const count = linksOf(conf).length
  if (count === links.length) return device
  const message = `${name} has ${counted(links.length, "link")}, and the cluster ${count}`
  return [refusal(message, "Say as many addresses as links of it in the inventory."), ...device]
}

const DEVICE = "the cluster has a quorum device, whose certificates haops hands out by pcs alone"

function refusal(message: string, hint: string): Finding {
  return { severity: "error", message, hint }
}
