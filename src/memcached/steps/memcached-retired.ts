import { isStopped } from "../../host/unit-judge.ts"
import { parseUnit, type UnitState, unitScript } from "../../host/units.ts"
import { settingsOn } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { MEMCACHED } from "../settings.ts"

const UNIT = "memcached.service"

/** memcached of a node that leaves: its clients are given the others. */
export const memcachedRetired = defineStep<object, UnitState>({
  kind: "memcached-retired",
  summary: "memcached of the node that leaves, stopped",
  bind({ inventory, host, subject }) {
    const leaves = subject?.leaving === true && subject.node === host.name
    return leaves && settingsOn({ inventory, host }, MEMCACHED) !== undefined ? {} : undefined
  },
  title: () => "memcached no longer wanted",
  probe: () => ({ script: unitScript(UNIT), parse: parseUnit }),
  check: (_want, unit) =>
    isStopped(unit) && unit.file !== "enabled"
      ? []
      : [{ attribute: "memcached", have: unit.active, want: "stopped", risk: "restart" }],
  plan: () => [{ type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", UNIT] }],
})
