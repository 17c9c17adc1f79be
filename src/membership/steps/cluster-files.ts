import { createHash, scryptSync } from "node:crypto"
import { reveal, type Secret } from "../../base/secret.ts"
import { CLUSTER_CONF, type NodeCluster, nodeClusterScript, parseNodeCluster } from "../../corosync/conf-probe.ts"
import { putCorosyncConf } from "../../corosync/put-corosync-conf.ts"
import { renderCorosyncConf } from "../../corosync/render.ts"
import { partsOf } from "../../host/sections.ts"
import { type Drift, defineJointStep, type Member, type Members } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { type ClusterWant, clusterWant } from "../cluster-want.ts"
import { unasked } from "../compare.ts"
import { pacemakerOn } from "../nodes.ts"
import { isForeign, isIn } from "../situation.ts"

const AUTHKEY = "/etc/corosync/authkey"
export const AUTHKEY_FILE = { path: AUTHKEY, mode: "0400", owner: "root:root" } as const

interface Want {
  cluster: ClusterWant
  password: Secret
}

interface Have extends NodeCluster {
  /** SHA-256 of the key for the cluster's traffic; empty where there is none. */
  key: string
}

/**
 * The cluster founded by its files, where crmsh is the shell: its own founding logs in from node to node as root, which haops does
 * not ask of anybody. Every node gets the same corosync.conf and the same key. A node in a cluster is left as it is. One without files
 * beside others that are in it gets them only where those are haops's own and list it under its id: the founding was cut short, or
 * the node lost them. Of a cluster founded otherwise it would have the wrong key.
 */
export const clusterFiles = defineJointStep<Want, Have>({
  kind: "cluster-files",
  summary: "the files with which crmsh's cluster is set up",
  bind({ inventory, host, secret }) {
    const cluster = clusterWant({ inventory, host })
    const pacemaker = pacemakerOn(inventory, host)
    if (cluster === undefined || pacemaker === undefined || cluster.shell === "pcs") return undefined
    return { cluster, password: secret(pacemaker.password) }
  },
  title: ({ cluster }) => `files of ${cluster.name}`,
  probe: () => ({
    shared: [CLUSTER_CONF],
    script: nodeClusterScript({ key: `if [ -s ${AUTHKEY} ]; then sha256sum <${AUTHKEY}; fi` }),
    parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), key: partsOf(stdout, ["key"]).key.split(" ", 1)[0] ?? "" }),
  }),
  check(want, members) {
    const { cluster } = want
    const { have, facts } = members.elected
    if (chooseDialect(facts, cluster.shell).name !== "crmsh" || !mayFound(want, members)) return []
    if (isIn(cluster.name, have)) return []
    const expected = facts.versions.crmsh === undefined || have.vendor ? { expected: true } : {}
    return [absent("corosync.conf", expected), ...(isEncrypted(cluster) ? [absent(AUTHKEY, expected)] : [])]
  },
  plan: ({ cluster, password }) => [
    // The key first: where there is a configuration the node counts as founded.
    ...(isEncrypted(cluster)
      ? [
          {
            type: "put",
            content: authkeyOf(cluster.name, password),
            ...AUTHKEY_FILE,
          } as const,
        ]
      : []),
    putCorosyncConf(renderCorosyncConf(cluster)),
  ],
})

/** Nobody is in another cluster, nobody is left out, and those that are in this one have it from haops. */
function mayFound(want: Want, members: Members<Have>): boolean {
  const { name } = want.cluster
  if (members.all.some(({ have }) => isForeign(name, have)) || unasked(want.cluster, members).length > 0) return false
  const inside = members.all.filter(({ have }) => isIn(name, have))
  return inside.every((member) => isOurs(want, member, members.elected.host))
}

/** The member's files are those that haops gives, and know the host under the id that it would have. */
function isOurs({ cluster, password }: Want, { have: { conf, key } }: Member<Have>, host: string): boolean {
  const id = (nodes: readonly { name: string | undefined; nodeid: number | undefined }[] = []) =>
    nodes.find(({ name }) => name === host)?.nodeid
  if (id(conf?.nodes) === undefined || id(conf?.nodes) !== id(cluster.nodes)) return false
  const own = () =>
    createHash("sha256")
      .update(reveal(authkeyOf(cluster.name, password)))
      .digest("hex")
  return !isEncrypted(cluster) || key === own()
}

function absent(attribute: string, expected: Pick<Drift, "expected">): Drift {
  return { attribute, have: "absent", want: "present", risk: "none", ...expected }
}

/** udp and udpu cannot encrypt. */
export function isEncrypted({ transport }: Want["cluster"]): boolean {
  return transport === "knet"
}

/**
 * 2048 bits from the password by scrypt (N 16384, r 8, p 1), so that all nodes come to the same key though none of them hands it to
 * another. Who has the password commands the cluster anyway.
 */
export function authkeyOf(cluster: string, password: Secret): Secret {
  return password.map((value) => scryptSync(value, `haops corosync authkey of ${cluster}`, 128).toString("hex"))
}
