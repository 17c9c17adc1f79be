import { isStopped } from "../../host/unit-judge.ts"
import { defineStep } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { memberProbe } from "../cluster.ts"
import { CHECK_SOCKET } from "../config/check-files.ts"
import { CONFIG } from "../config/files.ts"
import { IF_IT_HANGS } from "../node/last-word.ts"
import { RELEASE } from "../node/scripts.ts"
import type { GaleraState } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/** A member that leaves for good: it says good-bye, so that the others stay a majority, and does not come back at boot. */
export const galeraLeft = defineStep<GaleraWant, GaleraState>({
  kind: "galera-left",
  summary: "a Galera member that leaves the cluster: stopped, not started at boot, its file away; its data stays",
  bind: (context) =>
    context.subject?.leaving === true && context.subject.node === context.host.name ? bindGalera(context) : undefined,
  title: () => "galera left",
  probe: memberProbe,
  check({ check }, { installed, unit, socket }) {
    if (!installed) return []
    const drift = (attribute: string, have: string) => ({ attribute, have, want: "inactive", risk: "none" as const })
    return [
      ...(isStopped(unit) ? [] : [drift("mariadb", unit.active)]),
      ...(unit.file === "enabled" ? [drift("mariadb at boot", unit.file)] : []),
      ...(check !== undefined && socket ? [drift(CHECK_SOCKET, "listening")] : []),
    ]
  },
  findings: (_want, { unit, status, transfer }) => {
    if (status === undefined && unit.active === "active" && !transfer) {
      const message = "mariadb runs and does not answer: it may be the only one that serves"
      return [{ severity: "error", message, hint: IF_IT_HANGS }]
    }
    if (status?.local_state_comment?.startsWith("Donor") === true) {
      const hint = "Without it the other would be left with half of them. Run haops again when that has all."
      return [{ severity: "error", message: "it just sends its data to another member", hint }]
    }
    if (status?.cluster_status !== "Primary" || status.cluster_size !== "1") return []
    const hint = "haops up brings the others in first."
    return [{ severity: "error", message: "it is the only member of galera that serves", hint }]
  },
  plan: (_want, { status }) => [
    ...(status === undefined ? [] : [RELEASE]),
    { type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", CHECK_SOCKET], okCodes: [0, 1, 5] },
    { type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", "mariadb.service"], timeoutMs: 900_000 },
    { type: "run", argv: ["rm", "-f", "--", CONFIG] },
  ],
})
