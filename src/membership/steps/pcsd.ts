import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { bootDrift, isThere, maskedFindings } from "../../host/unit-judge.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS, type UnitState } from "../../host/units.ts"
import { defineStep } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { pacemakerOn, quorumDeviceHost } from "../nodes.ts"

const want = z.strictObject({ shell: z.enum(["pcs", "crmsh", "auto"]) })

type Want = z.infer<typeof want>

/** Debian's pcsd has its Ruby half as a service of its own; if that is stopped, authentication fails. */
const UNITS = ["pcsd", "pcsd-ruby"] as const
type Unit = (typeof UNITS)[number]
type Have = Record<Unit, UnitState>

/** The daemon through which pcs reaches the other nodes. */
export const pcsd = defineStep<Want, Have>({
  kind: "pcsd",
  summary: "pcs's daemon, enabled and running",
  want,
  bind({ inventory, host }) {
    const pacemaker = pacemakerOn(inventory, host) ?? quorumDeviceHost(inventory, host)
    return pacemaker === undefined || pacemaker.shell === "crmsh" ? undefined : { shell: pacemaker.shell }
  },
  title: () => "pcsd enabled and running",
  probe: () => ({
    shared: [STACK_UNITS],
    script: TELL_STACK_UNITS,
    parse: ({ stdout }) => parseStackUnits(stdout, UNITS),
  }),
  check({ shell }, have, facts) {
    if (!isThere(have.pcsd)) return chooseDialect(facts, shell).name === "crmsh" ? [] : [absent]
    return present(have).flatMap((unit) => driftOf(unit, have[unit]))
  },
  findings: (_want, have) => present(have).flatMap((unit) => findingsOf(unit, have[unit])),
  plan(_want, have) {
    const named = (units: readonly Unit[]) => units.map((unit) => `${unit}.service`)
    const units = present(have).length > 0 ? present(have) : (["pcsd"] as const)
    return [
      { type: "run", argv: ["systemctl", "enable", "--quiet", ...named(units)] },
      { type: "run", argv: ["systemctl", "start", ...named(units)] },
    ]
  },
})

const absent: Drift = { attribute: "pcsd", have: "absent", want: "enabled and running", risk: "none", expected: true }

function present(have: Have): readonly Unit[] {
  return UNITS.filter((unit) => isThere(have[unit]))
}

function driftOf(unit: Unit, { active, file }: UnitState): Drift[] {
  const drift: Drift[] = []
  // A masked unit is a finding; a static one has nothing to enable.
  if (file === "disabled") {
    drift.push(bootDrift(file, true, unit))
  }
  // `activating` is on its way: `systemctl start` waits for it.
  if (active !== "active") drift.push({ attribute: unit, have: active, want: "active", risk: "none" })
  return drift
}

function findingsOf(unit: Unit, state: UnitState): Finding[] {
  return maskedFindings(`${unit}.service`, state)
}
