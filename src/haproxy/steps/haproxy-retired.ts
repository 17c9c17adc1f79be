import * as z from "zod"
import { quote } from "../../base/sh.ts"
import { readAnswer } from "../../host/answer.ts"
import { MANAGED } from "../../host/mark.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift } from "../../host/unit-judge.ts"
import { readUnit, type UnitState, unitLines } from "../../host/units.ts"
import { defineStep } from "../../model/step.ts"
import { HAPROXY_CONFIG } from "../config/render.ts"
import { HAPROXY_UNIT } from "../node/reload.ts"

const want = z.strictObject({})

/** The unit of a haproxy whose configuration haops wrote; undefined where that is not so. */
interface Have {
  unit: UnitState | undefined
}

/**
 * A haproxy that haops set up on a host where the inventory has none any more, such as a controller since there are load balancers. Left
 * alone, it would start at every boot and answer with an old configuration. One that a cluster runs is stopped by the cluster; one of
 * somebody else stays.
 */
export const haproxyRetired = defineStep<z.infer<typeof want>, Have>({
  kind: "haproxy-retired",
  summary: "a haproxy of haops on a host where the inventory has none any more, stopped and disabled",
  want,
  bind: ({ inventory: { haproxy }, host }) =>
    haproxy === undefined || haproxy.on.includes(host.group) ? undefined : {},
  title: () => "haproxy removed from the inventory",
  probe: () => ({
    script: `IFS= read -r first 2>/dev/null <${HAPROXY_CONFIG.path} || exit 0
[ "$first" = ${quote(MANAGED)} ] || exit 0
${unitLines(HAPROXY_UNIT)}`,
    parse: ({ stdout }) => {
      const lines = readAnswer(stdout, ["unit"]).all("unit")
      return { unit: lines.length === 0 ? undefined : readUnit(lines) }
    },
  }),
  // Whoever starts it by hand, or as a cluster's resource, has it disabled.
  check: (_want, { unit }) => {
    if (unit?.file !== "enabled") return []
    const active = unit.active === "active"
    return [
      bootDrift(unit.file, false),
      ...(active ? [{ attribute: "running", have: "active", want: "inactive", risk: "failover" as const }] : []),
    ]
  },
  plan: (_want, { unit }, drift) =>
    unit === undefined ? [] : drift.flatMap((one) => unitActions(HAPROXY_UNIT, unit, one)).reverse(),
})
