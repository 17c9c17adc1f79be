import { MARK, MARK_SET } from "../record-mark.ts"
import { CibDocument } from "./cib-document.ts"

/** The text of a CIB with this mark in it, in place of the one that it has. Pure. */
export function markCib(text: string, mark: string): string {
  const document = new CibDocument(text)
  const holder = document.section("crm_config")
  const pairs = holder.childrenOf("cluster_property_set").flatMap((set) => set.childrenOf("nvpair"))
  const pair = pairs.find(({ attributes }) => attributes.name === MARK)
  if (pair !== undefined) pair.setAttributes({ ...pair.attributes, value: mark })
  else {
    const set = document.add(holder, "cluster_property_set", { id: MARK_SET })
    document.add(set, "nvpair", { id: `${set.id}-${MARK}`, name: MARK, value: mark })
  }
  return document.toString()
}
