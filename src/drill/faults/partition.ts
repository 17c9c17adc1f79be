import type { Fault } from "../fault.ts"
import { cutCorosync, unblock } from "../network.ts"

/** The node and the others no longer hear each other's corosync; everything else goes on, clients' requests too. */
export const partition: Fault = {
  kind: "partition",
  managers: ["pacemaker"],
  losesMember: true,
  splits: true,
  effect: "lasts",
  mutes: "cluster",
  announce: ({ node }) => `Cutting corosync's traffic on ${node}`,
  script: () => cutCorosync(),
  undo: () => unblock(),
}
