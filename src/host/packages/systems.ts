import type { BaseFamily, Family } from "../../model/component.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { apt, dpkg } from "./apt.ts"
import { dnf, yum } from "./dnf.ts"
import type { PackageDatabase, PackageManager } from "./manager.ts"
import { rpm } from "./rpm.ts"
import { zypper } from "./zypper.ts"

type Name = NonNullable<HostFacts["packageManager"]>

/** By the name of their program. Of those that a host has, the first one counts. */
export const MANAGERS: Readonly<Record<Name, PackageManager>> = { apt, dnf, yum, zypper }

/** Each once. Of those that a host has, the first one counts. */
export const DATABASES: readonly PackageDatabase[] = [
  ...new Set(Object.values(MANAGERS).map(({ database }) => database)),
]

interface SystemFamily {
  /** `ID` and `ID_LIKE` of os-release of those that belong to it; `*` at the end for any that begins so. */
  ids: readonly string[]
  database: PackageDatabase
  /** The programs of those managers that it may have, for people. */
  managers: string
  /** The family whose names its packages have, where a component says no other ones. */
  like: BaseFamily
}

/** Of those that a system could belong to, the first one counts. */
export const FAMILIES: Readonly<Record<Family, SystemFamily>> = {
  debian: { ids: ["debian", "ubuntu"], database: dpkg, managers: "apt-get", like: "debian" },
  el: { ids: ["rhel", "fedora", "centos"], database: rpm, managers: "dnf or yum", like: "el" },
  suse: { ids: ["sles*", "opensuse*", "suse"], database: rpm, managers: "zypper", like: "suse" },
}

/** The family of a system that has these ids. */
export function familyOf(ids: readonly string[]): HostFacts["family"] {
  const families = Object.entries(FAMILIES) as [Family, SystemFamily][]
  const is = (id: string) => (one: string) => (one.endsWith("*") ? id.startsWith(one.slice(0, -1)) : id === one)
  return families.find(([, family]) => ids.some((id) => family.ids.some(is(id))))?.[0] ?? "unknown"
}

/**
 * The family of a system that says of no one that it is like it, such as openEuler, by what its packages are kept with: the names of
 * packages are its family's then. apt-get over rpm, as ALT Linux has it, is nobody's.
 */
export function familyByTools(manager: HostFacts["packageManager"], databases: readonly string[]): HostFacts["family"] {
  if (manager === undefined || !databases.includes(MANAGERS[manager].database.program)) return "unknown"
  return BY_MANAGER[manager]
}

const BY_MANAGER: Readonly<Record<Name, Family>> = { apt: "debian", dnf: "el", yum: "el", zypper: "suse" }

const EL = { oldest: 7, newest: 10 }
/**
 * Releases by `ID` of os-release, both ends included. Newer ones, and systems that only say which family they are of (Fedora, Amazon Linux,
 * SUSE's), are let through with a warning.
 */
export const SUPPORTED: Readonly<Record<string, { oldest: number; newest: number }>> = {
  debian: { oldest: 11, newest: 13 },
  ubuntu: { oldest: 20.04, newest: 24.04 },
  rhel: EL,
  centos: EL,
  rocky: EL,
  almalinux: EL,
  ol: EL,
}
export const SUPPORTED_WORDS =
  "Supported are Debian 11 to 13, Ubuntu 20.04 to 24.04 and Enterprise Linux 7 to 10 with pcs; their kin and SUSE's are let through."
