import type { Secret } from "../../base/secret.ts"
import { defineClusterStep } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { strangersTo } from "../known-hosts.ts"
import { NODE_VIEW } from "../node-view.ts"
import { type MemberNode, memberNodes, pacemakerOn } from "../nodes.ts"
import { run } from "../run.ts"
import { type MemberFiles, rank } from "../situation.ts"

interface Want {
  cluster: string
  nodes: readonly MemberNode[]
  password: Secret
  shell: "pcs" | "crmsh" | "auto"
}

/**
 * Lets one node's pcs command the others; setup then hands the tokens to all. Judged by the tokens on disk: where a cluster
 * is in the way, pcs says "Authorized", exits 0 and saves nothing.
 */
export const clusterAuth = defineClusterStep<Want, MemberFiles>({
  kind: "cluster-auth",
  summary: "one node's pcs authenticated to all others",
  needs: "all",
  bind({ inventory, host, secret }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || pacemaker.shell === "crmsh") return undefined
    const { shell, password } = pacemaker
    return { cluster: inventory.name, nodes: memberNodes(inventory, pacemaker), password: secret(password), shell }
  },
  title: () => "pcs authenticated to all nodes",
  // The same question as that of `cluster-setup`, so that it is asked once.
  probe: () => NODE_VIEW,
  elect: ({ cluster }, files) => rank(cluster, files),
  check({ nodes, shell }, { elected }) {
    if (chooseDialect(elected.facts, shell).name === "crmsh") return []
    const expected = elected.facts.versions.pcs === undefined ? true : undefined
    return strangersTo(elected.have.known, nodes).map(({ name, address }) => ({
      attribute: `token for ${name}`,
      have: elected.have.known.has(name) ? `for ${elected.have.known.get(name)?.join(", ")}` : "absent",
      want: `for ${address}`,
      risk: "none",
      expected,
    }))
  },
  plan({ nodes, password, shell }, { elected }) {
    const { auth } = chooseDialect(elected.facts, shell).membership
    return auth(nodes, password).map((invocation) => run(invocation, { hint: HINT }))
  },
})

const HINT =
  "A node that answers 401 refused the hacluster password: another process or a PAM policy changed it back there. " +
  "A node that does not answer needs a running pcsd, and its port 2224 open for the other nodes."
