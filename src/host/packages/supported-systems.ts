import type { Finding } from "../../base/events.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { SUPPORTED, SUPPORTED_WORDS } from "./systems.ts"

/** Whether haops can manage this system: nothing, a warning where it is newer than any that was tried, or an error. */
export function systemFindings(facts: Pick<HostFacts, "os" | "osVersion" | "systemd" | "packageManager">): Finding[] {
  const name = `${facts.os} ${facts.osVersion}`.trim()
  const system = SUPPORTED[facts.os]
  const version = Number.parseFloat(facts.osVersion)
  const found: Finding[] = []
  if (system === undefined || version < system.oldest) {
    found.push({ severity: "error", message: `${name} is not supported`, hint: SUPPORTED_WORDS })
  } else if (Number.isNaN(version) || Math.trunc(version) > Math.trunc(system.newest)) {
    found.push({ severity: "warning", message: `haops has not been tried on ${name}`, hint: SUPPORTED_WORDS })
  }
  if (!facts.systemd) {
    const hint = "Pacemaker's systemd resources need it; use a host that boots with systemd."
    found.push({ severity: "error", message: "systemd is not process 1", hint })
  }
  if (system !== undefined && facts.packageManager === undefined) {
    const hint = "apt-get, dnf or yum must be on root's PATH."
    found.push({ severity: "error", message: "no package manager was found", hint })
  }
  return found
}
