import type { OptionsYaml } from "../../document/scalars-schema.ts"
import type { CibPart } from "../../model/inventory.ts"
import { element } from "../parts/element.ts"
import { parseRule, requireKinds } from "../parts/rule.ts"
import { slug } from "./composed.ts"
import type { DefaultRuleYaml, NodeYaml, ResourceRuleYaml } from "./held-schema.ts"
import { attributeSet } from "./part-elements.ts"

/** Parts of the CIB that stand in something else, with ids as pcs makes them. */

export function utilizationPart(resource: string, amounts: OptionsYaml): CibPart {
  const [set] = attributeSet("utilization", resource, amounts)
  return { kind: "utilization", id: resource, holder: resource, element: set ?? element("utilization", {}) }
}

/** Throws a RuleError. */
export function resourceRulePart(resource: string, yaml: ResourceRuleYaml): CibPart {
  const times = "a meta attribute depends on dates alone"
  if ("meta" in yaml) {
    return rulePart(resource, yaml, {
      kind: "meta_attributes",
      values: yaml.meta,
      kinds: ["date_expression"],
      why: times,
    })
  }
  const kinds = ["expression", "date_expression"]
  const why = "a parameter depends on nodes and dates alone"
  return rulePart(resource, yaml, { kind: "instance_attributes", values: yaml.parameters, kinds, why })
}

/** Throws a RuleError. */
export function defaultRulePart(section: "rsc_defaults" | "op_defaults", yaml: DefaultRuleYaml): CibPart {
  const ofOperations = section === "op_defaults" ? ["op_expression"] : []
  const kinds = ["date_expression", "rsc_expression", ...ofOperations]
  const why = `such a default depends on dates${ofOperations.length > 0 ? ", resource and op" : " and resource"} alone`
  return rulePart(section, yaml, { kind: "meta_attributes", values: yaml.values, kinds, why })
}

interface Set {
  kind: "meta_attributes" | "instance_attributes"
  values: OptionsYaml
  kinds: readonly string[]
  why: string
}

function rulePart(
  holder: string,
  { where, score, id }: Pick<DefaultRuleYaml, "where" | "score" | "id">,
  { kind, values, kinds, why }: Set,
): CibPart {
  const own = id ?? slug(`${holder}-${kind}-${where}`)
  // The score of this rule does nothing, and the schemas of pacemaker 2 want one.
  const rule = parseRule(where, `${own}-rule`, { score: "INFINITY" })
  requireKinds(rule, kinds, why)
  const pairs = Object.entries(values).map(([name, value]) =>
    element("nvpair", { id: `${own}-${name}`, name, value: String(value) }),
  )
  const set = element(kind, { id: own, score: score?.toString() }, [rule, ...pairs])
  return { kind: "rule", id: own, holder, element: set }
}

export function nodeParts(node: string, { attributes = {}, utilization = {} }: NodeYaml): readonly CibPart[] {
  const of = (kind: "node attribute" | "node utilization", values: OptionsYaml) =>
    Object.entries(values).map(
      ([name, value]): CibPart => ({
        kind,
        id: `${node} ${name}`,
        holder: node,
        element: element("nvpair", { name, value: String(value) }),
      }),
    )
  return [...of("node attribute", attributes), ...of("node utilization", utilization)]
}
