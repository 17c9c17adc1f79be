import type { CorosyncConf } from "../corosync/conf.ts"
import { CLUSTER_CONF, type NodeCluster, nodeClusterScript, parseNodeCluster } from "../corosync/conf-probe.ts"
import { partsOf } from "../host/sections.ts"
import type { Members } from "../model/step.ts"
import { KNOWN_HOSTS_SCRIPT, type KnownHosts, parseKnownHosts } from "./known-hosts.ts"

/** What a node's files say of its cluster and of whom its pcs can command. */
export interface MemberFiles extends NodeCluster {
  known: KnownHosts
}

export const MEMBER_FILES = {
  shared: [CLUSTER_CONF],
  script: nodeClusterScript({ known: KNOWN_HOSTS_SCRIPT }),
  parse: ({ stdout }: { stdout: string }): MemberFiles => ({
    ...parseNodeCluster(stdout),
    known: parseKnownHosts(partsOf(stdout, ["known"]).known),
  }),
}

/** True where the node is in the cluster of this name, and not in one that the distribution shipped. */
export function isIn(cluster: string, { conf, vendor }: NodeCluster): boolean {
  return conf !== undefined && !vendor && conf.name === cluster
}

/** True where the node is in a cluster that is not ours to touch. */
export function isForeign(cluster: string, { conf, vendor }: NodeCluster): boolean {
  return conf !== undefined && !vendor && conf.name !== cluster
}

/**
 * How well a node speaks for all. One that is in the cluster comes first, so that a rebuilt node cannot found a second one;
 * then the one whose pcs can command the most others, so that authentication and setup agree on the node.
 */
export function rank(cluster: string, files: MemberFiles): number {
  return (isIn(cluster, files) ? 1000 : 0) + files.known.size
}

/** The live cluster's configuration as the elected member has it; undefined where no reachable member is in it. */
export function liveConf(cluster: string, { elected }: Members<NodeCluster>): CorosyncConf | undefined {
  return isIn(cluster, elected.have) ? elected.have.conf : undefined
}
