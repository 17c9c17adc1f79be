import { blocks } from "../host/listeners.ts"
import type { Members } from "../model/step.ts"
import { isSettled } from "../pacemaker/crm-mon.ts"
import type { Health, HealthWant } from "./health.ts"
import type { Hindrance } from "./hindrance.ts"

/**
 * Why haproxy does not start on this node though the cluster tries: somebody else has one of its ports. Undefined where it runs, where the
 * node could not be asked, and where all ports are free. Starts that failed are tried again after failure-timeout, and fail again.
 */
export function portTaken(
  node: string,
  { haproxy }: Pick<HealthWant, "haproxy">,
  { all, elected }: Members<Health>,
): Hindrance | undefined {
  const have = all.find(({ host }) => host === node)?.have
  const copies = elected.have.status?.resources.filter(({ id }) => id === haproxy?.resource) ?? []
  if (haproxy === undefined || have === undefined) return undefined
  if (copies.some((copy) => isSettled(copy) && copy.nodes.includes(node))) return undefined
  for (const { address, port } of haproxy.listeners) {
    const stranger = have.strangers.find((one) => one.port === port && blocks(one, address))
    if (stranger === undefined) continue
    const { programs, pids } = stranger
    const who = programs.length === 0 ? "an unknown program" : `${programs.join(", ")} (process ${pids.join(", ")})`
    return { reason: `${who} has tcp port ${port} on ${node}`, undo: [] }
  }
  return undefined
}
