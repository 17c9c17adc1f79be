import type { Outcome } from "../base/events.ts"
import type { Subject } from "../model/step.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"

/**
 * What to say where the node that a verb was about is in standby when the verb ends, and nobody asked for that: a removal that failed after it
 * had drained the node, or a node that such a one left behind and that is taken in again.
 */
export function leftInStandby(
  verb: string,
  subject: Subject | undefined,
  outcome: Outcome,
  status: CrmStatus | undefined,
): string | undefined {
  if (subject === undefined || (verb !== "add-node" && verb !== "remove-node")) return undefined
  const { node: name } = subject
  const node = status?.nodes.find((one) => one.name === name)
  if (node?.standby !== true || !node.online || (verb === "remove-node" && outcome === "done")) return undefined
  const again = verb === "remove-node" ? "Run haops remove-node again to go on, or bring it back" : "Bring it back"
  return `${name} is in standby: nothing runs there. ${again}: haops unstandby ${name}`
}
