import type { Action } from "./action.ts"
import type { Connections } from "./connection.ts"
import type { ServiceDrills } from "./drill.ts"
import type { Evidence } from "./evidence.ts"
import type { HostFacts } from "./host-facts.ts"
import type { Host, Inventory } from "./inventory.ts"
import type { NodeFiles } from "./node-file.ts"
import type { AnySection } from "./section.ts"
import type { Step } from "./step.ts"
import type { View } from "./view.ts"

/**
 * A managed thing: all that those must know of it who deal with every thing alike. `src/components.ts` lists them. What takes time to
 * load is loaded where it is first needed.
 */
export interface Component {
  /** Its folder's name. */
  name: string
  /** Its part of the inventory. */
  section?(): Promise<AnySection>
  /** Its vocabulary in playbooks. Given all components, for steps that work for each of them. */
  steps?(all: readonly Component[]): Promise<readonly Step[]>
  /** What `status` and `verify` ask of it and say of it. Given all components, for what is looked at for each of them. */
  view?(all: readonly Component[]): Promise<View>
  /** What others have to know to reach it. */
  connections?(): Promise<Connections>
  /** The files that `up` writes for it, from the inventory alone. Given all components, for what is written for each of them. */
  files?(all: readonly Component[]): Promise<NodeFiles>
  /** Ways for it to fail that `haops drill` brings about and measures. */
  drills?(): Promise<ServiceDrills>
  /** What `haops collect` takes of it for a post-mortem. */
  evidence?(inventory: Inventory): Promise<Evidence>
  /** Its services by systemd's name, without `.service`. */
  units?: readonly string[]
  packages?: ComponentPackages
  /** What there is to know before its packages get newer. */
  upgrade?: UpgradeTerms
  /** Pure. What it needs of a host besides; nothing where it does not run there. Asked before anything is touched. */
  needs?(inventory: Inventory, host: Host): HostNeeds | undefined
  /**
   * Pure. What it is made of on a host and no inventory says, such as its keys: absolute paths. `backup` takes it along,
   * `restore` puts it back.
   */
  keeps?(inventory: Inventory, host: Host): readonly string[]
}

export interface HostNeeds {
  /** Who calls the host by its name in the inventory: `the cluster`. */
  namedBy?: string | undefined
  ports?: readonly PortClaim[] | undefined
  /** What a firewall has to let in besides those ports. */
  opens?: readonly Opening[] | undefined
  /** Files that haops writes there for it, or that it writes by itself: they, and where they lie, have to be writable. */
  writes?: readonly string[] | undefined
  /** Where one of these programs is missing, packages will be installed. */
  programs?: readonly string[] | undefined
  /** Programs that no package brings. */
  agents?: readonly { file: string; hint: string }[] | undefined
  /** Files that its programs have to get at, which a profile of AppArmor may not know of. */
  confined?: readonly ConfinedFile[] | undefined
  /** What SELinux denies where a boolean of its policy is off. */
  selinux?: readonly { boolean: string; denies: string }[] | undefined
}

export interface ConfinedFile {
  /** Absolute. */
  program: string
  /** Absolute. */
  path: string
  access: "read" | "write"
  /** What it is, for people. */
  use: string
}

/** Who has to reach it: anyone, or the inventory's hosts alone. */
type Reach = "anyone" | "hosts"

/** What reaches a host from outside, as a firewall sees it. */
export type Opening = { use: string; from: Reach } & ({ protocol: "tcp" | "udp"; port: number } | { protocol: "vrrp" })

export interface PortClaim {
  protocol: "tcp" | "udp"
  /** `*` for every address of the host. */
  address: string
  port: number
  /** What the port is for. */
  use: string
  /** Programs that may hold it. */
  own: readonly string[]
  /** Of those by name: the unit that their processes have to be of. One that somebody started beside it is a stranger. */
  units?: Readonly<Record<string, string>> | undefined
  /** Holds the process id of one that pacemaker started by an agent, in place of the unit. */
  pidFile?: string | undefined
  /** What it is if somebody else holds the port. */
  severity: "error" | "warning"
  hint: string
  /** On which listeners its program may be just starting, where one does not show whose it is: that is a warning only. */
  mayBeStarting?: "on any address" | "on its own address" | undefined
  /** A listener on the loopback is in nobody's way. */
  besideLoopback?: boolean | undefined
  /** Who has to reach it. Default `anyone`; of an address of the loopback, `nobody` from outside. */
  from?: Reach | "nobody" | undefined
}

/** What its packages are called, and which of them a host needs. */
export interface ComponentPackages {
  /** By the name that playbooks have for the part. */
  parts: Readonly<Record<string, PackageNames>>
  /** Further packages of such a part, named after those of all parts. */
  besides?: Readonly<Record<string, PackageNames>>
  /** Pure. Nothing where it does not run on the host. */
  needed(inventory: Inventory, host: Host): PackageNeeds | undefined
}

/** A package that is to become another version, in place. */
export interface VersionChange {
  name: string
  from: string
  to: string
}

export interface UpgradeTerms {
  /** Units by the package that brings their program: they run its new version once they have restarted. */
  runs: Readonly<Record<string, readonly string[]>>
  /** Pure. Why a node must not go from the one version to the other in place, and what to do instead. */
  refuses?(change: VersionChange): { message: string; hint: string } | undefined
  /** By unit: shell that exits 0 once it serves again, where its having started does not say so. */
  ready?: Readonly<Record<string, string>>
  /** Pure. By unit: how its clients are sent to the other hosts' before it restarts. */
  detours?(inventory: Inventory, host: Host): Readonly<Record<string, Detour>>
  /** Units that are members of one cluster with those of the other hosts: one restarts while all others run. */
  members?: readonly string[]
}

/** What is done before something stops for a moment, and after it serves again, so that nobody misses it. */
export interface Detour {
  before: readonly Action[]
  after: readonly Action[]
  /** What stays so where it does not serve again, for people. */
  hint?: string | undefined
}

export interface PackageNeeds {
  parts: readonly string[]
  /** Fence agents in use, such as `fence_ipmilan`. */
  fencing?: readonly string[] | undefined
}

export type Family = Exclude<HostFacts["family"], "unknown">

/** What a system goes by in the names of its packages. */
export type System = Pick<HostFacts, "os" | "osVersion"> & { family: Family }

/** The families whose names every component says; others have them of one of these (src/host/packages/systems.ts). */
export type BaseFamily = "debian" | "el" | "suse"

/** Names by family; or a function, where they hang on more than that. */
export type PackageNames =
  | (Readonly<Record<BaseFamily, readonly string[]>> & Readonly<Partial<Record<Family, readonly string[]>>>)
  | ((system: System, fencing: readonly string[]) => readonly string[])
