import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"

/**
 * Why the node cannot be drained: the cluster, the node or what runs there is in maintenance, or not managed, so that pacemaker would
 * stop nothing and move nothing. Taken out of the cluster all the same, the node would keep it, and maintenance that ends would start it
 * once more elsewhere.
 */
export function handsOff(name: string, status: CrmStatus): Finding[] {
  const node = status.nodes.find((one) => one.name === name)
  if (node === undefined) return []
  const running = status.resources.filter(({ active, nodes }) => active && nodes.includes(name))
  const ids = (some: typeof running) => listing([...new Set(some.map(({ id }) => id))])
  const stays = running.length === 0 ? "it would move nothing" : `${ids(running)} would stay on ${name}`
  if (status.maintenance) {
    return [refusal(`the cluster is in maintenance mode: ${stays}`, "End it first: haops maintenance off")]
  }
  if (node.maintenance) {
    const hint = `End it first, on a node: crm_attribute --node ${name} --name maintenance --delete`
    return [refusal(`${name} is in maintenance: ${stays}`, hint)]
  }
  const left = running.filter(({ managed }) => !managed)
  if (!node.online || left.length === 0) return []
  const hint = "`pcs resource manage RESOURCE`, or `crm resource manage RESOURCE`, gives it back to the cluster."
  return [refusal(`the cluster does not manage ${ids(left)}, which would stay on ${name}`, hint)]
}

function refusal(message: string, hint: string): Finding {
  return { severity: "error", message, hint }
}
