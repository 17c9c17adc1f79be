import type { Drift, Finding } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import type { UnitState } from "./units.ts"

/** systemd knows a unit of this name, be it masked or unreadable. */
export function isThere({ load }: UnitState): boolean {
  return load !== "not-found"
}

/** Nothing of it runs. One that has failed stays failed, stop it as you will; one that tries to start again and again is not stopped. */
export function isStopped({ active }: Pick<UnitState, "active">): boolean {
  return active === "inactive" || active === "failed"
}

/** Somebody decided that it must not start, for good or until the next boot. */
export function isMasked({ load, file }: UnitState): boolean {
  return load === "masked" || file === "masked" || file === "masked-runtime"
}

/** Masking is somebody's decision, so haops does not undo it: it is reported with the command that does. */
export function maskedFindings(name: string, unit: UnitState): Finding[] {
  const hint = `If it may run again, on the node: systemctl unmask ${quote(name)}`
  return isMasked(unit) ? [{ severity: "error", message: `${name} is masked`, hint }] : []
}

/** Attribute of the drift of a unit that systemd starts at boot and should not, or the other way round. */
export const AT_BOOT = "starts at boot"

/** The drift where `unit` is to start at boot or not to. `file` is systemd's word for its unit file; empty where it has none. */
export function bootDrift(file: string, wanted: boolean, name?: string): Drift {
  const attribute = name === undefined ? AT_BOOT : `${name} ${AT_BOOT}`
  return { attribute, have: atBoot(file, wanted), want: wanted ? "yes" : "no", risk: "none" }
}

/** A link alone starts nothing at boot, and what is in /run is gone by then; but both are there to be taken away. */
function atBoot(file: string, wanted: boolean): string {
  if (file === "enabled") return "yes"
  if (file === "" || file === "disabled") return "no"
  return !wanted && /^(enabled|linked)/.test(file) ? `yes (${file})` : `no (${file})`
}
