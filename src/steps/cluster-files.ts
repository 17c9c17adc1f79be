import { scryptSync } from "node:crypto"
import * as z from "zod"
import { chooseDialect } from "../pacemaker/dialect.ts"
import { CLUSTER_WANT, clusterWant } from "../pacemaker/membership/cluster-want.ts"
import { type NodeCluster, nodeClusterScript, parseNodeCluster } from "../pacemaker/membership/conf-probe.ts"
import { pacemakerOn } from "../pacemaker/membership/nodes.ts"
import { partsOf } from "../pacemaker/membership/sections.ts"
import { isForeign, isIn } from "../pacemaker/membership/situation.ts"
import { renderCorosyncConf } from "../render/corosync.ts"
import { Secret } from "../secret.ts"
import { putCorosyncConf } from "./lib/put-corosync-conf.ts"
import { type Drift, defineStep } from "./step.ts"

const AUTHKEY = "/etc/corosync/authkey"

const want = z.strictObject({ cluster: CLUSTER_WANT, password: z.instanceof(Secret) })

type Want = z.infer<typeof want>

interface Have extends NodeCluster {
  /** There is a key for the cluster's traffic. */
  key: boolean
}

/**
 * The cluster founded by its files, where crmsh is the shell: its own founding logs in from node to node as root, which haops does
 * not ask of anybody. Every node gets the same corosync.conf and the same key. A node in a cluster is left as it is; one that lost its
 * files gets them again and joins the others, who know its id.
 */
export const clusterFiles = defineStep<Want, Have>({
  kind: "cluster-files",
  summary: "the files by which a cluster of crmsh is founded",
  want,
  bind({ inventory, host, secret }) {
    const cluster = clusterWant({ inventory, host })
    const pacemaker = pacemakerOn(inventory, host)
    if (cluster === undefined || pacemaker === undefined || cluster.shell === "pcs") return undefined
    return { cluster, password: secret(pacemaker.password) }
  },
  title: ({ cluster }) => `files of ${cluster.name}`,
  probe: () => ({
    script: nodeClusterScript({ key: `if [ -s ${AUTHKEY} ]; then echo yes; else echo no; fi` }),
    parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), key: partsOf(stdout, ["key"]).key === "yes" }),
  }),
  check({ cluster }, have, facts) {
    if (chooseDialect(facts, cluster.shell).name !== "crmsh" || isForeign(cluster.name, have)) return []
    if (isIn(cluster.name, have)) return []
    const expected = facts.versions.crmsh === undefined || have.vendor ? { expected: true } : {}
    return [absent("corosync.conf", expected), ...(encrypted(cluster) ? [absent(AUTHKEY, expected)] : [])]
  },
  plan: ({ cluster, password }) => [
    // The key first: where there is a configuration the node counts as founded.
    ...(encrypted(cluster)
      ? [
          {
            type: "put",
            path: AUTHKEY,
            content: keyOf(cluster.name, password),
            mode: "0400",
            owner: "root:root",
          } as const,
        ]
      : []),
    putCorosyncConf(renderCorosyncConf(cluster)),
  ],
})

function absent(attribute: string, expected: Pick<Drift, "expected">): Drift {
  return { attribute, have: "absent", want: "present", risk: "none", ...expected }
}

/** udp and udpu cannot encrypt. */
function encrypted({ transport }: Want["cluster"]): boolean {
  return transport === "knet"
}

/**
 * 2048 bits from the password by scrypt (N 16384, r 8, p 1), so that all nodes come to the same key though none of them hands it to
 * another. Who has the password commands the cluster anyway.
 */
function keyOf(cluster: string, password: Secret): Secret {
  return password.map((value) => scryptSync(value, `haops corosync authkey of ${cluster}`, 128).toString("hex"))
}
