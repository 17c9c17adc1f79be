import type { Component, ComponentPackages, Family, PackageNames, PackageNeeds, System } from "../../model/component.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import type { Host, Inventory } from "../../model/inventory.ts"
import { FAMILIES } from "./systems.ts"

/**
 * The parts of the stack that a host may need, and what each system calls them. Everything the stack calls is named, because
 * recommended packages are not installed.
 */
interface StackParts {
  /** All there are. */
  parts: readonly string[]
  /** What a host needs; undefined where that is nothing. */
  needed(inventory: Inventory, host: Host): PackageNeeds | undefined
  /** The packages of a host's own family; none where the family is unknown (preflight stops there). */
  names(needs: PackageNeeds, facts: Pick<HostFacts, "family" | "os" | "osVersion">): readonly string[]
  /** What a host of each kind has when nothing is missing. */
  variants(needs: PackageNeeds): readonly (readonly string[])[]
}

/** What haops itself calls, on every host that needs anything. */
const TOOLS: ComponentPackages = {
  parts: {
    tools: { debian: ["iproute2", "procps"], el: ["iproute", "procps-ng"], suse: ["iproute2", "procps"] },
  },
  needed: () => undefined,
}

const KINDS = (Object.keys(FAMILIES) as Family[]).flatMap((family) =>
  ["12", "13"].map((osVersion): System => ({ family, os: family, osVersion })),
)

/** The parts of all components. */
export function stackParts(components: readonly Component[]): StackParts {
  const all = [TOOLS, ...components.flatMap(({ packages }) => packages ?? [])]
  const tables = [all.map(({ parts }) => parts), all.map(({ besides = {} }) => besides)]
  const [first, besides] = tables.map((some): Readonly<Record<string, PackageNames>> => Object.assign({}, ...some))
  const names: StackParts["names"] = ({ parts, fencing = [] }, { family, ...system }) => {
    if (family === "unknown") return []
    const of = (table: typeof first) => parts.flatMap((part) => namesOf(table?.[part], { ...system, family }, fencing))
    return [...new Set([...of(first), ...of(besides)])]
  }
  return {
    parts: Object.keys(first ?? {}),
    needed: (inventory, host) => together(all.flatMap(({ needed }) => needed(inventory, host) ?? [])),
    names,
    variants: (needs) => KINDS.map((system) => names(needs, system)),
  }
}

function namesOf(names: PackageNames | undefined, system: System, fencing: readonly string[]): readonly string[] {
  if (names === undefined) return []
  return typeof names === "function"
    ? names(system, fencing)
    : (names[system.family] ?? names[FAMILIES[system.family].like])
}

function together(needs: readonly PackageNeeds[]): PackageNeeds | undefined {
  const parts = needs.flatMap((one) => one.parts)
  if (parts.length === 0) return undefined
  return { parts: ["tools", ...parts], fencing: needs.flatMap(({ fencing = [] }) => fencing) }
}
