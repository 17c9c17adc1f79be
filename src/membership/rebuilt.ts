import type { Member } from "../model/step.ts"
import type { Invocation, MembershipCommands } from "../pacemaker/dialects/membership-commands.ts"
import { lists, type NodeView } from "./node-view.ts"
import { isIn } from "./situation.ts"

/** True where the others list the node and it has no configuration of the cluster: it was installed anew, or never came in. */
export function isRebuilt(cluster: string, member: Member<NodeView> | undefined, reference: Member<NodeView>): boolean {
  return member !== undefined && lists(reference.have, member.host) && !isIn(cluster, member.have)
}

/**
 * Takes such a node out of the lists without asking it: a token from before its installation is answered with 401, which pcs does not
 * pass over for a node that it counts as reachable. Without a token it does not ask.
 */
export function forgetRebuilt(
  node: string,
  known: boolean,
  membership: MembershipCommands,
  despite: boolean,
): readonly Invocation[] {
  // The node itself cannot be told that its token is gone, which counts as a failure.
  const tokens = membership.deauth([node], true)
  if (tokens.length === 0) return membership.removeNode(node, despite)
  return [...(known ? tokens : []), ...membership.removeNode(node, true)]
}
