import type { Fault } from "../fault.ts"
import { silence, unblock } from "../network.ts"

/** What keeps a node in its cluster, and what answers for the VIP. */
const UNITS = ["corosync", "pacemaker", "haproxy", "keepalived"]

/**
 * The node hangs, as far as anybody else can see: what makes it a member is stopped where it stands (SIGSTOP), and nothing of what
 * the kernel would still answer by itself leaves the node, but for ssh. Not all processes are stopped, so that systemd's timer
 * can end it.
 */
export const nodeFreeze: Fault = {
  kind: "node-freeze",
  managers: ["pacemaker", "keepalived"],
  losesMember: true,
  splits: true,
  effect: "lasts",
  mutes: "all",
  announce: ({ node }) => `Freezing ${node}`,
  script: () => `${silence()}
${signal("STOP", UNITS)}`,
  undo: () => `${unblock()}
${signal("CONT", UNITS)}`,
}

/** A unit that does not run has nobody to tell. */
function signal(name: "STOP" | "CONT", units: readonly string[]): string {
  return `for unit in ${units.join(" ")}; do systemctl kill --signal=${name} "$unit.service" 2>/dev/null || :; done`
}
