import type { HostFacts } from "./host-facts.ts"
import type { Host, Inventory } from "./inventory.ts"
import type { Step } from "./step.ts"

/**
 * A managed thing: all that those must know of it who deal with every thing alike. `src/components.ts` lists them. What takes time to
 * load is loaded where it is first needed.
 */
export interface Component {
  /** Its folder's name. */
  name: string
  /** Its vocabulary in playbooks. Given all components, for steps that work for each of them. */
  steps?(all: readonly Component[]): Promise<readonly Step[]>
  packages?: ComponentPackages
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

export interface PackageNeeds {
  parts: readonly string[]
  /** Fence agents in use, such as `fence_ipmilan`. */
  fencing?: readonly string[] | undefined
}

export type Family = Exclude<HostFacts["family"], "unknown">

/** What a system goes by in the names of its packages. */
export type System = Pick<HostFacts, "os" | "osVersion"> & { family: Family }

/** Names by family; or a function, where they hang on more than that. */
export type PackageNames =
  | Readonly<Record<Family, readonly string[]>>
  | ((system: System, fencing: readonly string[]) => readonly string[])
