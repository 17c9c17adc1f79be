import type { Drift } from "../../base/events.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, maskedFindings } from "../../host/unit-judge.ts"
import { defineStep } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { type KeystoneState, keystoneProbe, UNIT } from "../state.ts"
import { awaitAnswer } from "../wait.ts"

/** Keystone runs, and after a boot again; its keys and its tables are there by now. */
export const keystoneStart = defineStep<KeystoneWant, KeystoneState>({
  kind: "keystone-start",
  summary: "Keystone running, enabled, and answering on the host's own address",
  bind: bindKeystone,
  title: () => "Keystone runs",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  check: (_want, { unit, listens, configured, keys }) => {
    // Without its file and keys it would run, and serve nobody.
    const expected = unit.load !== "not-found" && configured && keys.size > 0 ? {} : { expected: true }
    const drift: Drift[] = unit.file === "enabled" ? [] : [{ ...bootDrift(unit.file, true), ...expected }]
    if (unit.active !== "active") {
      return [...drift, { attribute: "running", have: unit.active, want: "active", risk: "none", ...expected }]
    }
    return listens ? drift : [...drift, { attribute: "listens", have: "no", want: "yes", risk: "restart" }]
  },
  findings: (_want, { unit }) => maskedFindings(UNIT, unit),
  plan: ({ address }, { unit }, drift) => [
    ...drift.flatMap((one) => unitActions(UNIT, unit, one)),
    ...(drift.some(({ attribute }) => attribute === "listens")
      ? [{ type: "run", argv: ["systemctl", "restart", "--", UNIT], timeoutMs: 120_000 } as const]
      : []),
    awaitAnswer(address),
  ],
})
