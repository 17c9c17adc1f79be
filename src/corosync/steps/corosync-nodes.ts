import * as z from "zod"
import { partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS } from "../../host/units.ts"
import { lowestFree } from "../../membership/join-findings.ts"
import { KNOWN_HOSTS_SCRIPT } from "../../membership/known-hosts.ts"
import { lists, NODE_VIEW, type NodeView, referenceMember } from "../../membership/node-view.ts"
import { memberNodes, pacemakerOn } from "../../membership/nodes.ts"
import { restorer } from "../../membership/rebuilt.ts"
import { isForeign, isIn } from "../../membership/situation.ts"
import { takeKeys } from "../../membership/take-keys.ts"
import { type Drift, defineJointStep, type Members } from "../../model/step.ts"
import { CRM_MON } from "../../pacemaker/crm-mon.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { parseCorosyncConf } from "../conf.ts"
import {
  AUTHKEYS,
  CLUSTER_CONF,
  COROSYNC_CONF,
  corosyncConfText,
  type Keys,
  nodeClusterScript,
  parseKeys,
} from "../conf-probe.ts"
import { withNode, withoutNode } from "../edit-nodes.ts"
import { putCorosyncConf } from "../put-corosync-conf.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  links: z.array(z.string()).readonly().optional().describe("Its addresses. Left out: it leaves."),
  shell: z.enum(["crmsh", "auto"]),
  despite: z.boolean().default(false).describe("Go on though a host does not answer."),
})

type Want = z.infer<typeof want>

interface Have extends NodeView {
  /** Its corosync.conf as it stands. */
  text: string | undefined
  keys: Keys
  /** Pacemaker or corosync runs. */
  active: boolean
}

type All = Members<Have>

const STOP_TIMEOUT_MS = 180_000

/**
 * Who is in the cluster, by the files of its members, where crmsh is the shell: its own joining and removing log in from node to node as
 * root, which haops does not ask of anybody. A newcomer gets the keys and the list with itself in it, one that leaves is stopped, and the
 * members' files follow; they go by them once `cluster-join` or `cluster-leave` has had them reloaded. Each file can come before the
 * others do, so that a run which was cut short is taken up where it stands.
 */
export const corosyncNodes = defineJointStep<Want, Have>({
  kind: "corosync-nodes",
  summary: "a node in every member's corosync.conf, or out of it, where crmsh is the shell",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined || pacemaker.shell === "pcs") return undefined
    const told = { cluster: inventory.name, node: subject.node, shell: pacemaker.shell }
    if (subject.leaving) return { ...told, despite: subject.force === true }
    const links = memberNodes(inventory, pacemaker).find(({ name }) => name === subject.node)?.links
    return links && { ...told, links, despite: subject.allowUnreachable === true }
  },
  title: ({ node, links }) => `corosync.conf ${links === undefined ? "without" : "with"} ${node}`,
  probe: () => ({
    shared: [CLUSTER_CONF, CRM_MON, AUTHKEYS, STACK_UNITS],
    script: nodeClusterScript({
      known: KNOWN_HOSTS_SCRIPT,
      status: tellShared(CRM_MON),
      keys: tellShared(AUTHKEYS),
      units: TELL_STACK_UNITS,
    }),
    parse: (output) => {
      const { keys, units } = partsOf(output.stdout, ["keys", "units"])
      const { corosync, pacemaker } = parseStackUnits(units, ["corosync", "pacemaker"])
      return {
        ...NODE_VIEW.parse(output),
        text: corosyncConfText(output.stdout),
        keys: parseKeys(keys),
        active: corosync.active === "active" || pacemaker.active === "active",
      }
    },
  }),
  check(wanted, members) {
    const { elected } = members
    const text = target(wanted, members)
    if (text === undefined) return []
    if (elected.host === wanted.node) return subjectDrift(wanted, members, text)
    return isIn(wanted.cluster, elected.have) && differs(elected.have, text) ? [listDrift(wanted)] : []
  },
  plan(wanted, members) {
    const { elected } = members
    const text = target(wanted, members)
    if (text === undefined) return []
    if (elected.host !== wanted.node) return [putCorosyncConf(text)]
    if (wanted.links === undefined) {
      const argv = ["systemctl", "stop", "pacemaker.service", "corosync.service"]
      return [{ type: "run", argv, timeoutMs: STOP_TIMEOUT_MS }]
    }
    const source = referenceMember(wanted.cluster, wanted.node, members)
    // The keys first: where there is a configuration the node counts as a member.
    return [...(source === undefined ? [] : takeKeys(source, members)), putCorosyncConf(text)]
  },
  needsAll: ({ despite }) => !despite,
})

/** The corosync.conf that all members are to have; undefined where it is not for haops to write, or comes from another step. */
function target({ cluster, node, links, shell }: Want, members: All): string | undefined {
  const reference = referenceMember(cluster, node, members)
  if (reference === undefined || chooseDialect(reference.facts, shell).name !== "crmsh") return undefined
  const { text, conf } = reference.have
  if (text === undefined || conf === undefined) return undefined
  const listed = lists(reference.have, node)
  if (links === undefined) return listed ? withoutNode(text, node) : text
  if (!members.all.some(({ host }) => host === node)) return undefined
  // Its files come back from another member (`cluster-return`).
  if (restorer(cluster, { name: node, links: [...links] }, members) !== undefined) return undefined
  if (listed) return text
  return withNode(text, { name: node, nodeid: lowestFree(conf.nodes.map(({ nodeid }) => nodeid)), links })
}

function subjectDrift({ cluster, links }: Want, { elected: { have, facts } }: All, text: string): Drift[] {
  if (links === undefined) {
    // What runs on it can be another cluster's by now, which is nobody's to stop here.
    if (!have.active || isForeign(cluster, have)) return []
    return [{ attribute: "corosync and pacemaker", have: "active", want: "inactive", risk: "none" }]
  }
  if (isIn(cluster, have) && !differs(have, text)) return []
  const expected = facts.versions.corosync === undefined ? { expected: true } : {}
  const there = isIn(cluster, have) ? "another one" : "absent"
  return [{ attribute: COROSYNC_CONF, have: there, want: "that of the members", risk: "none", ...expected }]
}

function listDrift({ node, links }: Want): Drift {
  const [have, want] = links === undefined ? ["with", "without"] : ["without", "with"]
  return {
    attribute: COROSYNC_CONF,
    have: `${have} ${node}`,
    want: `${want} it`,
    risk: "reload",
    cost: "reloaded live",
  }
}

function differs({ conf }: Have, text: string): boolean {
  return JSON.stringify(conf) !== JSON.stringify(parseCorosyncConf(text))
}
