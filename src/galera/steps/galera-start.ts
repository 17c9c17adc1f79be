import { defineJointStep } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { decision, memberProbe } from "../cluster.ts"
import { phaseOf } from "../decide.ts"
import { AWAIT, START } from "../node/scripts.ts"
import type { GaleraState } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/**
 * After an outage of all members: all of them started at once and given their time, since those that know the last primary view form it
 * again by themselves. What is under way is waited for.
 */
export const galeraStart = defineJointStep<GaleraWant, GaleraState>({
  kind: "galera-start",
  summary: "Galera's members started together after all of them were down, and given their time",
  bind: bindGalera,
  title: () => "galera started",
  probe: memberProbe,
  check(want, { elected, ...members }) {
    const what = decision(want, members)
    if ((what.act !== "start" && what.act !== "wait") || !what.hosts.includes(elected.host)) return []
    return [
      {
        attribute: "mariadb",
        have: phaseOf(elected.have),
        want: what.act === "start" ? "started with the others" : "done",
        risk: "none",
      },
    ]
  },
  plan: (want, { elected, ...members }) =>
    decision(want, members).act === "wait" && phaseOf(elected.have) !== "down" ? [AWAIT] : [START],
})
