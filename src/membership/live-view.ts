import { quote } from "../base/sh.ts"
import { CMAP_SCRIPT, parseCmap } from "../corosync/cmap.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { unshared } from "../host/shared.ts"
import { STACK_UNITS } from "../host/units.ts"
import type { WaitAction } from "../model/action.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { Probe } from "../model/probe.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import { lists, type NodeView, QUIET_NODE_VIEW, referenceRank } from "./node-view.ts"
import { isIn } from "./situation.ts"

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

/**
 * True where the node's corosync goes by another list than its file, as to this node: nobody had it reloaded, or it was away when the others
 * were, and hears of a reload only from who is in one membership with it. So it is the one to reload.
 */
export function isLate(cluster: string, node: string, view: LiveView): boolean {
  return isIn(cluster, view) && view.inForce !== undefined && view.inForce.includes(node) !== lists(view, node)
}

/** By files: as `referenceRank`, but first one that is late. */
export function liveRank(
  { cluster, shell, node }: { cluster: string; shell: "pcs" | "crmsh" | "auto"; node: string },
  view: LiveView,
  facts: HostFacts,
): number {
  const rank = referenceRank(cluster, node, facts.host, view)
  return rank > 0 && chooseDialect(facts, shell).name === "crmsh" && isLate(cluster, node, view) ? rank + LATE : rank
}

/** More than any rank. */
const LATE = 10

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
