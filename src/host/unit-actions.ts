import type { Drift } from "../base/events.ts"
import type { Action } from "../model/action.ts"
import { AT_BOOT } from "./unit-judge.ts"
import type { UnitState } from "./units.ts"

/**
 * What `systemctl` has to do about a drift of `starts at boot` (to `yes` or `no`) or `running` (to `active` or `inactive`);
 * nothing for any other drift.
 */
export function unitActions(
  unit: string,
  have: UnitState,
  { attribute, want }: Pick<Drift, "attribute" | "want">,
): Action[] {
  const systemctl = (...words: string[]): Action => ({ type: "run", argv: ["systemctl", ...words, "--", unit] })
  if (attribute === AT_BOOT) return [systemctl(want === "yes" ? "enable" : "disable", "--quiet")]
  if (attribute !== "running") return []
  if (want === "inactive") return [systemctl("stop")]
  // A unit that failed too often is refused a start until that is forgotten.
  return have.active === "failed" ? [systemctl("reset-failed"), systemctl("start")] : [systemctl("start")]
}
