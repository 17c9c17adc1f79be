import { quote } from "../../base/sh.ts"
import { LET_GO, standbyScript } from "../../membership/standby-script.ts"
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
  script: ({ node, vips }) => standbyScript({ node, lifetime: "reboot", vips }),
  undo: ({ node }) => `${LET_GO}
crm_attribute --node ${quote(node)} --name standby --lifetime reboot --delete`,
}
