import type { Finding } from "../../base/events.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { FAMILIES, SUPPORTED, SUPPORTED_WORDS } from "./systems.ts"

/**
 * Whether haops can manage this system: nothing; a warning where it was not tried, as on a newer release or under a name that only says
 * which family it belongs to; or an error, where it is known to be too old, or nothing is known of it.
 */
export function systemFindings(
  facts: Pick<HostFacts, "os" | "osVersion" | "family" | "systemd" | "packageManager">,
): Finding[] {
  const name = `${facts.os} ${facts.osVersion}`.trim()
  const system = SUPPORTED[facts.os]
  const version = Number.parseFloat(facts.osVersion)
  const found: Finding[] = []
  if (facts.family === "unknown" || (system !== undefined && version < system.oldest)) {
    found.push({ severity: "error", message: `${name} is not supported`, hint: SUPPORTED_WORDS })
  } else if (system === undefined || Number.isNaN(version) || Math.trunc(version) > Math.trunc(system.newest)) {
    found.push({ severity: "warning", message: `haops has not been tried on ${name}`, hint: SUPPORTED_WORDS })
  }
  if (!facts.systemd) {
    const hint = "Pacemaker's systemd resources need it; use a host that boots with systemd."
    found.push({ severity: "error", message: "systemd is not process 1", hint })
  }
  if (facts.family !== "unknown" && facts.packageManager === undefined) {
    const hint = `${FAMILIES[facts.family].managers} must be on root's PATH.`
    found.push({ severity: "error", message: "no package manager was found", hint })
  }
  return found
}
