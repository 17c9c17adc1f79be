import type { Finding } from "../base/events.ts"
import type { UnitState } from "./units.ts"

/** systemd knows a unit of this name, be it masked or unreadable. */
export function isThere({ load }: UnitState): boolean {
  return load !== "not-found"
}

/** Somebody decided that it must not start, for good or until the next boot. */
export function isMasked({ load, file }: UnitState): boolean {
  return load === "masked" || file === "masked" || file === "masked-runtime"
}

/** A masked unit is nothing that haops undoes by itself: it is reported, with `hint` to say how. */
export function maskedFindings(name: string, unit: UnitState, hint: string): Finding[] {
  return isMasked(unit) ? [{ severity: "error", message: `${name} is masked`, hint }] : []
}
