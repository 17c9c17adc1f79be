import type { CibConstraint } from "./cib.ts"
import { referredIn } from "./parts/element.ts"
import { isTrue } from "./values.ts"
import { childrenOf, descendants, type Element } from "./xml.ts"

/** One element of the constraints section. What is made of sets, rules or patterns comes back as `other`. */
export function parseConstraint(element: Element): CibConstraint {
  if (element.children.length > 0) return other(element)
  const { id = "", ...rest } = element.attributes
  switch (element.name) {
    case "rsc_colocation":
      return colocation(id, rest) ?? other(element)
    case "rsc_order":
      return order(id, rest) ?? other(element)
    case "rsc_location":
      return location(id, rest) ?? other(element)
    default:
      return other(element)
  }
}

function colocation(id: string, attributes: Record<string, string>): CibConstraint | undefined {
  const { rsc, "with-rsc": other, score = "INFINITY", ...extra } = attributes
  if (rsc === undefined || other === undefined) return undefined
  return { type: "colocation", id, resource: rsc, with: other, score, extra }
}

function order(id: string, attributes: Record<string, string>): CibConstraint | undefined {
  const { first, then, kind, score, symmetrical, "first-action": firstAction = "start", ...others } = attributes
  const { "then-action": thenAction = firstAction, ...extra } = others
  if (first === undefined || then === undefined) return undefined
  return {
    type: "order",
    id,
    first,
    then,
    kind: orderKind(kind, score),
    firstAction,
    thenAction,
    symmetrical: symmetrical === undefined ? undefined : isTrue(symmetrical),
    extra,
  }
}

/** Before there were kinds, a score of 0 meant Optional. */
function orderKind(kind: string | undefined, score: string | undefined): "Mandatory" | "Optional" | "Serialize" {
  if (kind === "Optional" || kind === "Serialize") return kind
  return kind === undefined && score === "0" ? "Optional" : "Mandatory"
}

function location(id: string, attributes: Record<string, string>): CibConstraint | undefined {
  const { rsc, node, score, ...extra } = attributes
  if (rsc === undefined || node === undefined || score === undefined) return undefined
  return { type: "location", id, resource: rsc, node, score, extra }
}

function other(element: Element): CibConstraint {
  const nodes = [...descendants(element)].flatMap(({ name, attributes }) =>
    name === "expression" && attributes.attribute === "#uname" ? (attributes.value ?? []) : [],
  )
  const until = endOf(element)
  return {
    type: "other",
    id: element.attributes.id ?? "",
    refers: referredIn(element),
    element,
    ...(nodes.length === 0 ? {} : { nodes }),
    ...(until === undefined ? {} : { until }),
  }
}

/** The end of a rule all of whose expressions have to hold, as `crm_resource --lifetime` writes it. */
function endOf(element: Element): string | undefined {
  const [rule, ...others] = childrenOf(element, "rule")
  if (rule === undefined || others.length > 0 || (rule.attributes["boolean-op"] ?? "and") !== "and") return undefined
  const ends = childrenOf(rule, "date_expression").filter(({ attributes: { operation } }) =>
    ["lt", "in_range"].includes(operation ?? ""),
  )
  return ends.map(({ attributes }) => attributes.end).find((end) => end !== undefined)
}
