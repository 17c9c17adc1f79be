import { standbyScript } from "../../pacemaker/membership/standby-script.ts"
import { quote } from "../../sh.ts"
import type { Fault } from "../fault.ts"

/** The node drains, as by `haops standby`, but with an attribute that a restart of the node forgets. */
export const standby: Fault = {
  kind: "standby",
  managers: ["pacemaker"],
  losesMember: false,
  splits: false,
  effect: "lasts",
  mutes: "nothing",
  announce: ({ node }) => `Draining ${node}`,
  script: ({ node, vip }) => standbyScript({ node, lifetime: "reboot", vips: [vip.address] }),
  undo: ({ node }) => `crm_attribute --node ${quote(node)} --name standby --lifetime reboot --delete`,
}
