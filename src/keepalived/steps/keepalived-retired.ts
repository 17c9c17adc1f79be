import * as z from "zod"
import { quote } from "../../base/sh.ts"
import { readAnswer } from "../../host/answer.ts"
import { MANAGED } from "../../host/mark.ts"
import { STACK_UNITS, unitIsActive } from "../../host/units.ts"
import { defineStep } from "../../model/step.ts"
import { KEEPALIVED_CONFIG } from "../render.ts"

const want = z.strictObject({})

interface Have {
  /** haops wrote its configuration. */
  ours: boolean
  active: boolean
}

/**
 * A keepalived that haops set up and that has no VIP here any more: it goes before anybody else takes its address, since two would
 * hold it then. A keepalived of somebody else is left alone.
 */
export const keepalivedRetired = defineStep<z.infer<typeof want>, Have>({
  kind: "keepalived-retired",
  summary: "a keepalived of haops that is no longer in the inventory, stopped and its configuration deleted",
  want,
  bind: ({ inventory, host }) =>
    inventory.vips.some((vip) => vip.manager === "keepalived" && vip.on === host.group) ? undefined : {},
  title: () => "keepalived removed from the inventory",
  probe: () => ({
    shared: [STACK_UNITS],
    script: `
IFS= read -r first 2>/dev/null <${KEEPALIVED_CONFIG} || exit 0
[ "$first" = ${quote(MANAGED)} ] || exit 0
echo 'ours yes'
if ${unitIsActive("keepalived")}; then echo 'active yes'; fi
exit 0`,
    parse: ({ stdout }) => {
      const answer = readAnswer(stdout, ["ours", "active"])
      return { ours: answer.one("ours") !== undefined, active: answer.one("active") !== undefined }
    },
  }),
  check: (_want, { ours, active }) =>
    ours
      ? [{ attribute: KEEPALIVED_CONFIG, have: "managed by haops", want: "absent", risk: active ? "failover" : "none" }]
      : [],
  plan: () => [
    { type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", "keepalived.service"] },
    // Last: as long as it is there, a run that was cut short is taken up again.
    { type: "run", argv: ["rm", "-f", "--", KEEPALIVED_CONFIG] },
  ],
})
