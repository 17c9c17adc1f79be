import { tellShared } from "./shared.ts"
import { parseStackUnits, STACK_UNITS, type StackUnit } from "./units.ts"

/** A systemd unit of the stack. */
export interface UnitState {
  /** False where there is no such unit. */
  exists: boolean
  /** `active`, `activating`, `inactive`, `failed`, … */
  active: string
  /** `enabled`, `disabled`, `masked`, …; empty where there is no such unit. */
  enabled: string
}

/** Shell that tells the state of the stack's units. */
export const UNITS_SCRIPT = tellShared(STACK_UNITS)

/** The states by name, without `.service`. Throws `E_PROBE` where the output is something else. */
export function parseUnits<Name extends StackUnit>(stdout: string, units: readonly Name[]): Record<Name, UnitState> {
  const facts = parseStackUnits(stdout, units)
  const entries = units.map((unit): [Name, UnitState] => {
    const { load, active, file } = facts[unit]
    return [unit, { exists: load !== "not-found", active, enabled: file }]
  })
  return Object.fromEntries(entries) as Record<Name, UnitState>
}
