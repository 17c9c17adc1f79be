/** What every step may rely on about a host; read first in the facts script of every run. */
export interface HostFacts {
  host: string
  /** `ID` of os-release: `debian`, `ubuntu`, `rocky`, … */
  os: string
  /** `VERSION_ID` of os-release: `12`, `9.4`. Empty where a rolling release has none. */
  osVersion: string
  family: "debian" | "el" | "suse" | "unknown"
  arch: string
  hostname: string
  /** `apt`, `dnf`, `yum`, `zypper`; undefined where there is none of them. */
  packageManager: "apt" | "dnf" | "yum" | "zypper" | undefined
  /** True where systemd is process 1. */
  systemd: boolean
  /** Versions of the stack as installed, without epoch and packaging suffix; undefined where absent. */
  versions: Readonly<Record<"pacemaker" | "pcs" | "crmsh" | "corosync" | "haproxy" | "keepalived", string | undefined>>
  /** Capabilities that pcs declares (its capabilities.xml); empty where pcs is absent. */
  pcsCapabilities: ReadonlySet<string>
  /** Clock of the host minus ours, in milliseconds, and how far that can be off. */
  clock: { offsetMs: number; uncertaintyMs: number }
}
