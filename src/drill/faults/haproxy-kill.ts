import { quoteAll } from "../../base/sh.ts"
import { readPid } from "../../haproxy/runtime/pid-file.ts"
import type { Fault } from "../fault.ts"

/** Every haproxy process of the node at once, as a crash or the kernel's hunt for memory would. */
export const haproxyKill: Fault = {
  kind: "haproxy-kill",
  managers: ["pacemaker", "keepalived"],
  losesMember: false,
  splits: false,
  effect: "heals",
  mutes: "nothing",
  announce: ({ node }) => `Killing haproxy on ${node}`,
  // By name would be too much: other services, such as OpenStack's metadata agent, run a haproxy of their own.
  script: ({ pidFile }) => `if systemctl is-active --quiet haproxy.service; then
  systemctl kill --signal=KILL haproxy.service
else
  ${readPid(pidFile)}
  [ "$main" -gt 0 ] || { echo "haproxy does not run here" >&2; exit 1; }
  kill -KILL "$main" $(cat "/proc/$main/task/$main/children")
fi`,
  // Pacemaker starts it again, once its failure is forgotten; without pacemaker systemd does, unless the unit says no.
  undo: ({ node, haproxy }) =>
    haproxy === undefined
      ? "systemctl start haproxy.service"
      : quoteAll(["crm_resource", "--cleanup", "--resource", haproxy, "--node", node]),
}
