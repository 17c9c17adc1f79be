import * as z from "zod"
import {
  AUTHKEYS,
  CLUSTER_CONF,
  corosyncConfText,
  type Keys,
  nodeClusterScript,
  parseKeys,
} from "../../corosync/conf-probe.ts"
import { putCorosyncConf } from "../../corosync/put-corosync-conf.ts"
import { partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { defineJointStep, type Member, type Members } from "../../model/step.ts"
import { CRM_MON } from "../../pacemaker/crm-mon.ts"
import { KNOWN_HOSTS_SCRIPT } from "../known-hosts.ts"
import { NODE_VIEW, type NodeView } from "../node-view.ts"
import { MEMBER_NODE, memberNodes, pacemakerOn } from "../nodes.ts"
import { restorer } from "../rebuilt.ts"
import { takeKeys } from "../take-keys.ts"

const want = z.strictObject({ cluster: z.string(), node: MEMBER_NODE })

type Want = z.infer<typeof want>

interface Have extends NodeView {
  /** Its corosync.conf as it stands. */
  text: string | undefined
  keys: Keys
}

/**
 * A member that was installed anew gets back the files that make it one, from another member: it comes back under its node id, and what
 * the cluster knows of it, such as its attributes, stays. It has not been started yet.
 */
export const clusterReturn = defineJointStep<Want, Have>({
  kind: "cluster-return",
  summary: "the files of a member that was installed anew, from another one",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined) return undefined
    const node = memberNodes(inventory, pacemaker).find(({ name }) => name === subject.node)
    return node && { cluster: inventory.name, node }
  },
  title: ({ cluster, node }) => `${node.name} back in ${cluster}`,
  probe: () => ({
    shared: [CLUSTER_CONF, CRM_MON, AUTHKEYS],
    script: nodeClusterScript({
      known: KNOWN_HOSTS_SCRIPT,
      status: tellShared(CRM_MON),
      keys: tellShared(AUTHKEYS),
    }),
    parse: (output) => ({
      ...NODE_VIEW.parse(output),
      text: corosyncConfText(output.stdout),
      keys: parseKeys(partsOf(output.stdout, ["keys"]).keys),
    }),
  }),
  check(wanted, members) {
    const source = sourceOf(wanted, members)
    if (source === undefined) return []
    const { nodeid } = source.have.conf?.nodes.find(({ name }) => name === wanted.node.name) ?? {}
    const expected = members.elected.facts.versions.corosync === undefined ? true : undefined
    const files = { attribute: wanted.node.name, have: "installed anew, without the cluster's files" }
    return [{ ...files, want: `node ${nodeid} of ${wanted.cluster}, as before`, risk: "none", expected }]
  },
  plan(wanted, members) {
    const source = sourceOf(wanted, members)
    if (source?.have.text === undefined) return []
    // The keys first: where there is a configuration the node counts as a member.
    return [...takeKeys(source, members), putCorosyncConf(source.have.text)]
  },
})

/** Whose files this host gets; undefined where it is not the one to get any. */
function sourceOf({ cluster, node }: Want, members: Members<Have>): Member<Have> | undefined {
  return members.elected.host === node.name ? restorer(cluster, node, members) : undefined
}
