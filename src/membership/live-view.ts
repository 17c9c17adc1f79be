import { quote } from "../base/sh.ts"
import { CMAP_SCRIPT, parseCmap } from "../corosync/cmap.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { unshared } from "../host/shared.ts"
import { STACK_UNITS } from "../host/units.ts"
import type { WaitAction } from "../model/action.ts"
import type { Probe } from "../model/probe.ts"
import { type NodeView, QUIET_NODE_VIEW } from "./node-view.ts"

/** What a node knows of its cluster, and whom its corosync goes by. */
export interface LiveView extends NodeView {
  /** Names of the nodes in corosync's memory; left out where it does not run. */
  inForce?: readonly string[] | undefined
}

/** One that runs and does not answer goes by nothing that could be told: it may be the node that is to leave. */
const ASKED = askAll({ running: `(\n${CMAP_SCRIPT}\n) || :` })

/** As `QUIET_NODE_VIEW`: when nothing changes the membership any more. */
export const QUIET_LIVE_VIEW: Probe<LiveView> = {
  ...QUIET_NODE_VIEW,
  script: `${QUIET_NODE_VIEW.script}\n${unshared({ script: ASKED, shared: [STACK_UNITS] })}`,
  parse(output) {
    const running = parseCmap(partsOf(output.stdout, ["running"]).running)
    const inForce = running?.conf.nodes.map(({ name }) => name)
    return { ...QUIET_NODE_VIEW.parse(output), ...(inForce === undefined ? {} : { inForce }) }
  },
}

const NAMES = `corosync-cmapctl nodelist. 2>/dev/null | sed -n 's/^nodelist\\.node\\.[0-9]*\\.name (str) = //p'`

/** Waits until the node's own corosync goes by the list with this node, or without it: it has reloaded in milliseconds. */
export function takenUp(node: string, listed: boolean): WaitAction {
  return {
    type: "wait",
    for: listed ? `corosync to know ${node}` : `corosync to have forgotten ${node}`,
    script: `${listed ? "" : "! "}{ ${NAMES} | grep -qxF -- ${quote(node)}; }`,
    timeoutMs: 30_000,
    hint: "corosync's log says why: journalctl -u corosync. Nothing has stopped.",
  }
}
