import { quoteAll } from "../../base/sh.ts"
import type { Fault } from "../fault.ts"

/** pacemakerd and its daemons, and nothing of what they started: agents' own daemons live in the same control group. */
export const pacemakerKill: Fault = {
  kind: "pacemaker-kill",
  managers: ["pacemaker"],
  losesMember: true,
  splits: true,
  effect: "heals",
  mutes: "nothing",
  announce: ({ node }) => `Killing pacemaker on ${node}`,
  script: () => `main=$(systemctl show --property=MainPID pacemaker.service)
main=\${main#MainPID=}
[ "$main" -gt 0 ]
kill -KILL "$main" $(cat "/proc/$main/task/$main/children")`,
  undo: ({ node }) => `systemctl start pacemaker.service
${quoteAll(["crm_resource", "--cleanup", "--node", node])}`,
}
