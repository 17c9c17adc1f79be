import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { quote } from "../../base/sh.ts"
import { defineStep } from "../../model/step.ts"
import { unitActions } from "../unit-actions.ts"
import { AT_BOOT, bootDrift, isMasked, isStopped, isThere, maskedFindings } from "../unit-judge.ts"
import { parseUnit, type UnitState, unitScript } from "../units.ts"

const want = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w@:.\\-]+$/, "a systemd unit")
      .describe("Unit name; `.service` may be left out."),
    enabled: z.boolean().optional().describe("Started at boot. Left out: not managed."),
    running: z.boolean().optional().describe("Running now. Left out: not managed."),
  })
  .refine(({ enabled, running }) => enabled !== undefined || running !== undefined, {
    message: "says neither `enabled` nor `running`, so there is nothing to manage",
  })

type Want = z.infer<typeof want>

/** A systemd unit that is enabled or not, running or not, each where the playbook says so. */
export const service = defineStep<Want, UnitState>({
  kind: "service",
  summary: "a systemd unit enabled or not, running or not",
  want,
  title: ({ name }) => `service ${name}`,
  probe: ({ name }) => ({ script: unitScript(name), parse: parseUnit }),
  check,
  findings,
  plan: ({ name }, have, drift) => drift.flatMap((item) => unitActions(name, have, item)),
})

/** Files of a unit that cannot be enabled by itself: another unit pulls it in. */
const FIXED = new Set(["static", "indirect", "generated", "transient", "alias"])
/** What `disable` takes away. Of these `enabled` alone starts the unit at the next boot. */
const ENABLED = new Set(["enabled", "enabled-runtime", "linked", "linked-runtime"])

function check({ enabled, running }: Want, have: UnitState): Drift[] {
  if (!isThere(have)) return absent({ enabled, running })
  const drift: Drift[] = []
  const isEnabled = enabled ? have.file === "enabled" : ENABLED.has(have.file)
  if (enabled !== undefined && enabled !== isEnabled && !FIXED.has(have.file) && !isMasked(have)) {
    drift.push(bootDrift(have.file, enabled))
  }
  const isRunning = have.active === "active" || have.active === "reloading"
  if (running === true && !isRunning && !isMasked(have)) {
    drift.push({ attribute: "running", have: describe(have), want: "active", risk: "none" })
  }
  if (running === false && !isStopped(have)) {
    drift.push({ attribute: "running", have: describe(have), want: "inactive", risk: "restart" })
  }
  return drift
}

/** A unit that is not there is neither enabled nor running; its package may still be to come, so what is wanted is expected. */
function absent({ enabled, running }: Pick<Want, "enabled" | "running">): Drift[] {
  const drift = (attribute: string, wanted: string): Drift => {
    return { attribute, have: "absent", want: wanted, risk: "none", expected: true }
  }
  return [...(enabled ? [drift(AT_BOOT, "yes")] : []), ...(running ? [drift("running", "active")] : [])]
}

function findings({ name, enabled, running }: Want, have: UnitState): Finding[] {
  if (isMasked(have) && (enabled || running)) return maskedFindings(name, have)
  if (have.load === "error" || have.load === "bad-setting") {
    return [
      {
        severity: "error",
        message: `systemd cannot read the unit ${name}`,
        hint: `See: systemctl status ${quote(name)}`,
      },
    ]
  }
  if (enabled && FIXED.has(have.file)) {
    return [{ severity: "warning", message: `${name} is ${have.file}: it cannot be enabled by itself` }]
  }
  return []
}

function describe({ active, sub }: UnitState): string {
  return sub === "" || sub === active || sub === "dead" ? active : `${active} (${sub})`
}
