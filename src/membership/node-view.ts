import { CLUSTER_CONF, type NodeCluster, nodeClusterScript } from "../corosync/conf-probe.ts"
import { partsOf } from "../host/sections.ts"
import { tellShared, unshared } from "../host/shared.ts"
import type { Probe } from "../model/probe.ts"
import type { Member, Members } from "../model/step.ts"
import { CRM_MON, type CrmStatus, parseCrmMon } from "../pacemaker/crm-mon.ts"
import { KNOWN_HOSTS_SCRIPT } from "./known-hosts.ts"
import { isIn, MEMBER_FILES, type MemberFiles } from "./situation.ts"

/** What a node knows of its cluster: by its files, and by what runs. */
export interface NodeView extends MemberFiles {
  /** Undefined where the cluster does not run on this node. */
  status: CrmStatus | undefined
}

export const NODE_VIEW: Probe<NodeView> = {
  shared: [CLUSTER_CONF, CRM_MON],
  script: nodeClusterScript({ known: KNOWN_HOSTS_SCRIPT, status: tellShared(CRM_MON) }),
  parse: (output) => ({
    ...MEMBER_FILES.parse(output),
    status: parseCrmMon(partsOf(output.stdout, ["status"]).status),
  }),
}

/** The longest that a membership command is waited for; a probe has a minute for everything. */
const QUIET_S = 40

/**
 * As `NODE_VIEW`, once no membership command runs on the node any more. One that a killed haops began goes on by itself, and
 * what is planned while it works would be wrong when it is done.
 */
export const QUIET_NODE_VIEW: Probe<NodeView> = {
  ...NODE_VIEW,
  script: `
if command -v pgrep >/dev/null 2>&1; then
  end=$(( $(date +%s) + ${QUIET_S} ))
  while pgrep -f '/(pcs|crm) (cluster|host) ' >/dev/null && [ "$(date +%s)" -lt "$end" ]; do sleep 0.3; done
fi
${unshared(NODE_VIEW)}`,
  shared: [],
}

/** True where the node's corosync.conf names this one. */
export function lists({ conf }: NodeCluster, name: string): boolean {
  return conf?.nodes.some((node) => node.name === name) === true
}

/**
 * How far a host can be the reference for the cluster when the membership of `node` changes: one that is in it, then one that sees quorum, then
 * one that knows the node, so that a change that was cut short is taken up by who has seen it. The node itself never does.
 */
export function referenceRank(cluster: string, node: string, host: string, view: NodeView): number {
  if (host === node || !isIn(cluster, view)) return 0
  return 4 + (view.status?.quorate === true ? 2 : 0) + (lists(view, node) ? 1 : 0)
}

/** The member that ranks highest; undefined where no reachable one is in the cluster. */
export function referenceMember<Have extends NodeView>(
  cluster: string,
  node: string,
  { all }: Members<Have>,
): Member<Have> | undefined {
  const score = ({ host, have }: Member<Have>) => referenceRank(cluster, node, host, have)
  return all
    .filter((member) => score(member) > 0)
    .reduce<Member<Have> | undefined>(
      (best, member) => (best === undefined || score(member) > score(best) ? member : best),
      undefined,
    )
}

/** Members whose corosync.conf is not the reference member's: they were away, or a change was cut short, when it was handed out. */
export function behind<Have extends NodeView>(
  cluster: string,
  member: Member<Have>,
  { all }: Members<Have>,
): readonly string[] {
  const reference = JSON.stringify(member.have.conf)
  return all
    .filter(({ have }) => isIn(cluster, have) && JSON.stringify(have.conf) !== reference)
    .map(({ host }) => host)
}
