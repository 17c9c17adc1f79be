import type { Secret } from "../../base/secret.ts"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { lists, type NodeView, QUIET_NODE_VIEW, referenceRank } from "../node-view.ts"
import { pacemakerOn } from "../nodes.ts"
import { run } from "../run.ts"
import { isIn } from "../situation.ts"
import { type TokenView, tryTokens } from "../tokens.ts"

interface Want {
  cluster: string
  node: string
  leaving: boolean
  password: Secret
  shell: "pcs" | "crmsh" | "auto"
}

/**
 * The member that is to change the membership can command the others. Its tokens on disk do not tell: a node whose pcsd lost its own side
 * of them answers 401, in the middle of what was to be done. So they are tried.
 */
export const clusterTokens = defineClusterStep<Want, TokenView>({
  kind: "cluster-tokens",
  summary: "pcs's tokens, tried by a request, given anew where a node refuses them",
  needs: "any",
  bind({ inventory, host, subject, secret }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined || pacemaker.shell === "crmsh") return undefined
    const { shell, password } = pacemaker
    const { node, leaving = false } = subject
    return { cluster: inventory.name, node, leaving, shell, password: secret(password) }
  },
  title: () => "pcs's tokens",
  probe: (wanted) => ({
    ...QUIET_NODE_VIEW,
    further: (have) => (isDue(wanted, have) ? tryTokens(have) : undefined),
  }),
  elect: ({ cluster, node }, view, { host }) => referenceRank(cluster, node, host, view),
  check: (wanted, members) =>
    refusing(wanted, members).map((name) => ({
      attribute: `token for ${name}`,
      have: `${name} refuses it`,
      want: "accepted",
      risk: "none",
    })),
  plan({ password, shell, ...wanted }, members) {
    const { elected } = members
    const nodes = refusing({ password, shell, ...wanted }, members).map((name) => {
      const [address = name] = [...(elected.have.known.get(name) ?? []), ...addressesOf(name, elected.have)]
      return { name, address, links: [address] }
    })
    const { auth } = chooseDialect(elected.facts, shell).membership
    // pcs hands the new token to every member; one that is away gets it with its next change.
    return auth(nodes, password).map((one) =>
      run({ ...one, okCodes: members.missing.length > 0 ? [0, 1] : [0] }, { hint: HINT }),
    )
  },
})

/** A member that knows of a change which is still to be made. */
function isDue({ cluster, node, leaving }: Want, have: NodeView): boolean {
  if (!isIn(cluster, have) || have.known.size === 0) return false
  const runs = have.status?.nodes.some(({ name, online }) => name === node && online) === true
  return leaving ? lists(have, node) : !(lists(have, node) && runs)
}

/** Those that are members by their own word too: to one that was installed anew the old token is no use, and it is given up. */
function refusing({ cluster, node }: Want, { elected, all }: Members<TokenView>): readonly string[] {
  if (elected.host === node) return []
  const members = all.filter(({ have }) => isIn(cluster, have)).map(({ host }) => host)
  return [...(elected.have.refused ?? [])].filter((name) => members.includes(name))
}

function addressesOf(name: string, { conf }: NodeView): readonly string[] {
  return conf?.nodes.find((node) => node.name === name)?.addresses ?? []
}

const HINT =
  "Nothing has been taken away from the node. One that answers 401 refused the hacluster password, which is another one there: haops up " +
  "sets it. One that does not answer needs a running pcsd and its port 2224 open for the members."
