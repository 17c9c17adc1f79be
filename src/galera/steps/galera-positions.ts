import { defineJointStep } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { decision, memberProbe } from "../cluster.ts"
import { phaseOf } from "../decide.ts"
import { READ } from "../node/scripts.ts"
import type { GaleraState } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/** Members that did not form a cluster: stopped, and asked for their positions. What they wait for does not come. */
export const galeraPositions = defineJointStep<GaleraWant, GaleraState>({
  kind: "galera-positions",
  summary: "Galera's members that form no cluster, stopped and asked where their data ends",
  bind: bindGalera,
  title: () => "galera positions",
  probe: memberProbe,
  check(want, { elected, ...members }) {
    const what = decision(want, members)
    if (what.act !== "read" || !what.hosts.includes(elected.host)) return []
    const have = phaseOf(elected.have)
    const cost = "nobody is served by it"
    return [
      {
        attribute: "position",
        have: `unknown (${have})`,
        want: "read",
        risk: have === "down" ? "none" : "failover",
        cost,
      },
    ]
  },
  plan: () => [READ],
})
