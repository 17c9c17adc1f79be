import type { CibPart, PartKind } from "../../model/inventory.ts"
import { child, childrenOf, type Element } from "../xml.ts"

/** Where parts stand in the configuration, and as what. */
export const PART_PLACES: Readonly<Record<PartKind, { section: string; name: string }>> = {
  tag: { section: "tags", name: "tag" },
  alert: { section: "alerts", name: "alert" },
  "fencing level": { section: "fencing-topology", name: "fencing-level" },
  "ACL role": { section: "acls", name: "acl_role" },
  "ACL user": { section: "acls", name: "acl_target" },
  "ACL group": { section: "acls", name: "acl_group" },
}

const KINDS = Object.keys(PART_PLACES) as PartKind[]

/** The parts of a configuration. */
export function readParts(configuration: Element | undefined): readonly CibPart[] {
  return KINDS.flatMap((kind) => {
    const { section, name } = PART_PLACES[kind]
    return childrenOf(child(configuration, section), name).map((element) => ({
      kind,
      id: element.attributes.id ?? "",
      element,
    }))
  })
}

/** How a part is called in records and messages: users may be called like anything else. */
export function partKey({ kind, id }: Pick<CibPart, "kind" | "id">): string {
  return `${kind} ${id}`
}
