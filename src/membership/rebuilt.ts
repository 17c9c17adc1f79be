import { sameAddresses } from "../base/address.ts"
import type { Member, Members } from "../model/step.ts"
import type { Invocation, MembershipCommands } from "../pacemaker/dialects/membership-commands.ts"
import { behind, lists, type NodeView, referenceMember } from "./node-view.ts"
import type { MemberNode } from "./nodes.ts"
import { isIn } from "./situation.ts"

/** True where the others list the node and it has no configuration of the cluster: it was installed anew, or never came in. */
export function isRebuilt(cluster: string, member: Member<NodeView> | undefined, reference: Member<NodeView>): boolean {
  return member !== undefined && lists(reference.have, member.host) && !isIn(cluster, member.have)
}

/**
 * The member whose files bring such a node back, as who it was: nothing of it is taken out of the cluster. Undefined where there is
 * nothing to bring back, and where it has to be taken out and in again: its addresses are others now, its joining was cut short, a member is
 * away, or the shell has more to hand out than files (a quorum device's certificates).
 */
export function restorer<Have extends NodeView>(
  cluster: string,
  node: Pick<MemberNode, "name" | "links">,
  members: Members<Have>,
): Member<Have> | undefined {
  const reference = referenceMember(cluster, node.name, members)
  const own = members.all.find(({ host }) => host === node.name)
  if (reference === undefined || !isRebuilt(cluster, own, reference) || members.missing.length > 0) return undefined
  const { conf, status } = reference.have
  const listed = conf?.nodes.find(({ name }) => name === node.name)
  const same = listed !== undefined && sameAddresses(listed.addresses, node.links)
  const whole = behind(cluster, reference, members).length === 0
  return same && whole && conf?.device === undefined && status?.quorate === true ? reference : undefined
}

/**
 * Takes such a node out of the lists without asking it: a token from before its installation is answered with 401, which pcs does not
 * pass over for a node that it counts as reachable. Without a token it does not ask; pcs 0.9 does not where it is forced.
 */
export function forgetRebuilt(node: string, known: boolean, membership: MembershipCommands): readonly Invocation[] {
  // The node itself cannot be told that its token is gone, which counts as a failure.
  return [...(known ? membership.deauth([node], true) : []), ...membership.removeNode(node, true)]
}
