import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import type { ProbeOutput } from "../model/step.ts"
import type { UnitState } from "./units.ts"

export type { UnitState } from "./units.ts"

const PROPERTIES = ["LoadState", "UnitFileState", "ActiveState", "SubState"] as const

/** Shell that asks systemd about a unit. A unit that does not exist is an answer. */
export function unitScript(name: string): string {
  return `systemctl show --property=${PROPERTIES.join(",")} -- ${quote(name)}`
}

/** Reads what `unitScript` printed. Throws `E_PROBE` where a property is missing. */
export function parseUnit({ stdout }: Pick<ProbeOutput, "stdout">): UnitState {
  const values = new Map(stdout.split("\n").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]))
  const [load, file, active, sub] = PROPERTIES.map((property) => {
    const value = values.get(property)
    if (value === undefined) throw new HaopsError("E_PROBE", `systemctl did not say the ${property}`)
    return value
  })
  if (!load || !active) throw new HaopsError("E_PROBE", "systemctl said nothing about the unit")
  return { load, file: file ?? "", active, sub: sub ?? "" }
}
