import type { Finding } from "../../base/events.ts"
import type { HostFacts } from "../../model/host-facts.ts"

const EL = { oldest: 7, newest: 9 }
/** Releases by `ID` of os-release, both ends included. Newer ones are let through with a warning. */
const SYSTEMS: Readonly<Record<string, { oldest: number; newest: number }>> = {
  debian: { oldest: 11, newest: 13 },
  ubuntu: { oldest: 20.04, newest: 24.04 },
  rhel: EL,
  centos: EL,
  rocky: EL,
  almalinux: EL,
  ol: EL,
}
const SUPPORTED = "Supported are Debian 11 to 13, Ubuntu 20.04 to 24.04 and Enterprise Linux 7 to 9 with pcs."

/** Whether haops can manage this system: nothing, a warning where it is newer than any that was tried, or an error. */
export function systemFindings(facts: Pick<HostFacts, "os" | "osVersion" | "systemd" | "packageManager">): Finding[] {
  const name = `${facts.os} ${facts.osVersion}`.trim()
  const system = SYSTEMS[facts.os]
  const version = Number.parseFloat(facts.osVersion)
  const found: Finding[] = []
  if (system === undefined || version < system.oldest) {
    found.push({ severity: "error", message: `${name} is not supported`, hint: SUPPORTED })
  } else if (Number.isNaN(version) || Math.trunc(version) > Math.trunc(system.newest)) {
    found.push({ severity: "warning", message: `haops has not been tried on ${name}`, hint: SUPPORTED })
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
