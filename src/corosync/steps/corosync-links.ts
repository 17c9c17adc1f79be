import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { linkChange } from "../../membership/corosync-links.ts"
import { type CorosyncView, corosyncView, isManaged } from "../../membership/corosync-view.ts"
import { defineJointStep } from "../../model/step.ts"
import { editCorosyncConf } from "../edit.ts"
import { linksConnected } from "../links-connected.ts"
import { putCorosyncConf } from "../put-corosync-conf.ts"

/** Links come up in a second or two. */
const TIMEOUT_MS = 30_000

/**
 * Links that the inventory does not have any more, out of every member's corosync.conf: only once all others are connected, as this
 * member sees them.
 */
export const corosyncLinks = defineJointStep<ClusterWant, CorosyncView>({
  kind: "corosync-links",
  summary: "links removed from corosync.conf, once the others are connected",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "removed links of corosync",
  probe: corosyncView,
  check(want, members) {
    const change = changeOf(want, members.elected.have)
    if (change === undefined || !isManaged(want, members)) return []
    const expected = change.added.length > 0 ? { expected: true } : {}
    return change.surplus.map(({ number, addresses }) => {
      return {
        attribute: `link ${number}`,
        have: addresses.join(", "),
        want: "absent",
        risk: "reload",
        cost: "reloaded live",
        ...expected,
      }
    })
  },
  plan(want, { elected }) {
    const { have, host } = elected
    const change = changeOf(want, have)
    if (change === undefined || have.text === undefined || have.conf === undefined) return []
    const staying = Object.keys(change.last.get(host) ?? [...change.last.values()][0] ?? {}).map(Number)
    return [
      {
        type: "wait",
        for: `link ${staying.join(", ")} to be connected to all others`,
        script: linksConnected(staying, have.conf.nodes.length - 1),
        timeoutMs: TIMEOUT_MS,
        hint:
          `Link n of corosync is UDP port 5405 + n: it must be open between all nodes, here for ${staying.join(", ")}. The former ` +
          "links stay, and nothing has stopped; run haops up again once that is fixed.",
      },
      putCorosyncConf(editCorosyncConf(have.text, { options: {}, rings: change.last, withoutInterfaces: false })),
    ]
  },
})

function changeOf(want: ClusterWant, { conf }: CorosyncView) {
  const change = conf === undefined ? undefined : linkChange(want, conf)
  return change?.takes === "reload" && change.surplus.length > 0 ? change : undefined
}
