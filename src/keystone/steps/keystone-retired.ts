import { isStopped } from "../../host/unit-judge.ts"
import { defineStep } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { KEYSTONE_CONFIG } from "../config.ts"
import { KEYS_DIRECTORY, type KeystoneState, keystoneProbe, OFFER, UNIT } from "../state.ts"

/** Keystone of a node that leaves: the others have its keys and its tables; it keeps neither keys nor the database's password. */
export const keystoneRetired = defineStep<KeystoneWant, KeystoneState>({
  kind: "keystone-retired",
  summary: "Keystone of the node that leaves: stopped, without keys and the database's password",
  bind: (context) =>
    context.subject?.leaving === true && context.subject.node === context.host.name ? bindKeystone(context) : undefined,
  title: () => "Keystone no longer wanted",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  check: (_want, { unit, keys }) => [
    ...(isStopped(unit) && unit.file !== "enabled"
      ? []
      : [{ attribute: "Keystone", have: unit.active, want: "stopped", risk: "restart" } as const]),
    ...(keys.size === 0 ? [] : [{ attribute: "Fernet keys", have: "present", want: "absent", risk: "none" } as const]),
  ],
  plan: (_want, { unit }) => [
    ...(unit.load === "not-found"
      ? []
      : [{ type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", UNIT] } as const]),
    { type: "run", argv: ["rm", "-rf", "--", KEYS_DIRECTORY, OFFER, KEYSTONE_CONFIG] },
  ],
})
