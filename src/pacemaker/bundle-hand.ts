import type { CibElement, CibPart } from "../model/inventory.ts"
import type { Attributes } from "./cib.ts"
import { OPERATORS } from "./diff-resource.ts"

const META = "meta_attributes"

/** What operators set on a bundle in passing is theirs, as on a resource: a want that does not name it has it as it is. */
export function keepingHand(want: CibPart, have: Pick<CibPart, "element">): CibPart {
  if (want.kind !== "bundle") return want
  const named = metaOf(want.element)
  const theirs = metaSets(have.element).flatMap(({ children }) => children.filter((one) => isHand(one, named)))
  if (theirs.length === 0) return want
  const [own] = metaSets(want.element)
  const [set] = metaSets(have.element)
  const meta = { ...(own ?? { ...set!, children: [] }), children: [...(own?.children ?? []), ...theirs] }
  const others = want.element.children.filter(({ name }) => name !== META)
  return { ...want, element: { ...want.element, children: [...others, meta] } }
}

/** A bundle without sets that say nothing: a shell leaves one where it has taken the last of its attributes. */
export function withoutEmptySets({ kind, element }: Pick<CibPart, "kind" | "element">): CibElement {
  if (kind !== "bundle") return element
  return { ...element, children: element.children.filter(({ name, children }) => name !== META || children.length > 0) }
}

/** The meta attributes of a bundle. */
export function metaOf(element: CibElement): Attributes {
  const pairs = metaSets(element).flatMap(({ children }) => children.map(({ attributes }) => attributes))
  return Object.fromEntries(pairs.map(({ name = "", value = "" }) => [name, value]))
}

function metaSets({ children }: CibElement): readonly CibElement[] {
  return children.filter(({ name }) => name === META)
}

function isHand({ attributes: { name = "" } }: CibElement, named: Attributes): boolean {
  return OPERATORS.includes(name) && !Object.hasOwn(named, name)
}
