import type { CibPart, HeldKind, PartKind, SectionKind } from "../../model/inventory.ts"
import { setOnNode } from "../per-node.ts"
import { byScore } from "../set-order.ts"
import { child, childrenOf, descendants, type Element } from "../xml.ts"
import { isReference } from "./references.ts"

/** Where parts stand in the configuration, and as what. */
export const PART_PLACES: Readonly<Record<SectionKind, { section: string; name: string }>> = {
  tag: { section: "tags", name: "tag" },
  alert: { section: "alerts", name: "alert" },
  "fencing level": { section: "fencing-topology", name: "fencing-level" },
  "ACL role": { section: "acls", name: "acl_role" },
  "ACL user": { section: "acls", name: "acl_target" },
  "ACL group": { section: "acls", name: "acl_group" },
  template: { section: "resources", name: "template" },
  bundle: { section: "resources", name: "bundle" },
}

const SECTION_KINDS = Object.keys(PART_PLACES) as SectionKind[]
const HELD_KINDS: readonly HeldKind[] = ["utilization", "rule", "node attribute", "node utilization"]
export const PART_KINDS: readonly PartKind[] = [...SECTION_KINDS, ...HELD_KINDS]

export function isHeld(kind: PartKind): kind is HeldKind {
  return (HELD_KINDS as readonly string[]).includes(kind)
}

/** The sections of what holds for all resources and operations. */
export const DEFAULTS = ["rsc_defaults", "op_defaults"]

/** The parts of a configuration. */
export function readParts(configuration: Element | undefined): readonly CibPart[] {
  const resources = child(configuration, "resources")
  const primitives =
    resources === undefined ? [] : [...descendants(resources)].filter(({ name }) => name === "primitive")
  return [
    ...SECTION_KINDS.flatMap((kind) => {
      const { section, name } = PART_PLACES[kind]
      return childrenOf(child(configuration, section), name).map((element) => part(kind, idOf(element), bare(element)))
    }),
    ...primitives.flatMap(utilizationOf),
    ...primitives.flatMap((one) => rulesIn(one, idOf(one))),
    ...DEFAULTS.flatMap((section) => {
      const held = child(configuration, section)
      return held === undefined ? [] : rulesIn(held, section)
    }),
    ...childrenOf(child(configuration, "nodes"), "node").flatMap(partsOfNode),
  ]
}

function part(kind: PartKind, id: string, element: Element, holder?: string): CibPart {
  return { kind, id, element, ...(holder === undefined ? {} : { holder }) }
}

/** What runs in a bundle is a resource. */
function bare(element: Element): Element {
  if (element.name !== "bundle") return element
  return { ...element, children: element.children.filter(({ name }) => name !== "primitive") }
}

function idOf({ attributes }: Element): string {
  return attributes.id ?? ""
}

function utilizationOf(primitive: Element): readonly CibPart[] {
  const set = childrenOf(primitive, "utilization").find(holdsAlways)
  return set === undefined ? [] : [part("utilization", idOf(primitive), set, idOf(primitive))]
}

function rulesIn(held: Element, holder: string): readonly CibPart[] {
  const sets = held.children.filter(({ name }) => name === "instance_attributes" || name === "meta_attributes")
  // What haops wrote for one node is a parameter of that node.
  const isOwn = (set: Element) => idOf(set).startsWith(setOnNode(holder, ""))
  return sets
    .filter((set) => !holdsAlways(set) && !isReference(set) && !isOwn(set))
    .map((set) => part("rule", idOf(set), set, holder))
}

function partsOfNode(node: Element): readonly CibPart[] {
  const { uname = "" } = node.attributes
  const pairs = (set: string, kind: HeldKind) => {
    const all = byScore(childrenOf(node, set))
      .filter(holdsAlways)
      .flatMap((one) => childrenOf(one, "nvpair"))
    // Of several sets that have a name one counts, which comes first here.
    const first = new Map(all.toReversed().map((pair) => [pair.attributes.name, pair]))
    const counting = all.filter((pair) => first.get(pair.attributes.name) === pair)
    return counting.map((pair) => part(kind, `${uname} ${pair.attributes.name}`, pair, uname))
  }
  return [...pairs("instance_attributes", "node attribute"), ...pairs("utilization", "node utilization")]
}

function holdsAlways(set: Element): boolean {
  return child(set, "rule") === undefined
}

/** How a part is called in records and messages: users may be called like anything else. */
export function partKey({ kind, id }: Pick<CibPart, "kind" | "id">): string {
  return `${kind} ${id}`
}
