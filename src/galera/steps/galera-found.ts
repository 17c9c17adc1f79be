import type { Drift } from "../../base/events.ts"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { decision, decisionFindings, expected, memberProbe } from "../cluster.ts"
import { preference } from "../decide.ts"
import { found } from "../node/scripts.ts"
import type { GaleraState } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/** A cluster's first member: of a new cluster where no member has data, else the one that has all that any of them has. */
export const galeraFound = defineClusterStep<GaleraWant, GaleraState>({
  kind: "galera-found",
  summary: "a Galera cluster's first member: where there is no cluster, or after an outage the one that is ahead",
  needs: "all",
  bind: bindGalera,
  title: ({ cluster }) => `galera ${cluster}`,
  probe: memberProbe,
  elect: (_want, have) => preference(have),
  check,
  findings: decisionFindings,
  plan: (want, members) => {
    const what = decision(want, members)
    return what.act === "found" && what.host === members.elected.host ? [found(what.fresh)] : []
  },
})

function check(want: GaleraWant, members: Members<GaleraState>): Drift[] {
  const attribute = `cluster ${want.cluster}`
  const what = decision(want, members)
  if (members.all.every(({ have }) => !have.installed)) return [expected(attribute, "absent", "founded")]
  if (what.act === "start" || what.act === "read" || what.act === "wait") {
    // What they come to by themselves, or where their data ends, is not known yet.
    return []
  }
  if (what.act !== "found") return []
  const cost = what.fresh ? "a server of its own on it restarts" : "what the others have and it has not is lost"
  const { status, databases } = members.elected.have
  const interrupted = status !== undefined && databases.length > 0
  const risk = what.fresh ? (interrupted ? "restart" : "none") : "failover"
  // What was found is what is agreed to.
  return [
    {
      attribute: what.fresh ? attribute : what.says,
      have: "no member serves",
      want: `founded on ${what.host}`,
      risk,
      cost,
    },
  ]
}
