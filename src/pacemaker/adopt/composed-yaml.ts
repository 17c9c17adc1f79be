import type { CibElement } from "../../model/inventory.ts"
import { sameElement } from "../parts/element.ts"
import { RuleError } from "../parts/rule.ts"
import { ruleText } from "../parts/rule-text.ts"
import { composed } from "../section/composed.ts"
import { type ConstraintYaml, constraintSchema, type SetYaml } from "../section/constraint-schema.ts"
import { isTrue } from "../values.ts"
import { scoreOf } from "./score-yaml.ts"
import { nonEmpty } from "./words.ts"

/** A constraint with sets, a rule, a pattern or roles, or of a ticket, as an inventory writes it; undefined where it has no words for all of it. */
export function composedYaml(root: CibElement): ConstraintYaml | undefined {
  const words = nonEmpty(wordsOf(root))
  const yaml = constraintSchema.safeParse(words)
  if (!yaml.success || !isSame(yaml.data, root)) return undefined
  const { id } = root.attributes
  return made(yaml.data)?.id === id ? yaml.data : { ...yaml.data, id }
}

/** Whether that is what an inventory would make of it. */
function isSame(yaml: ConstraintYaml, root: CibElement): boolean {
  const again = made(yaml)
  return again !== undefined && sameElement(again.element, root)
}

function made(yaml: ConstraintYaml): ReturnType<typeof composed> {
  try {
    return composed(yaml)
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

function wordsOf({ name, attributes: said, children }: CibElement): Record<string, unknown> {
  const sets = children.filter((one) => one.name === "resource_set").map(setYaml)
  switch (name) {
    case "rsc_colocation": {
      const score = scoreOf({ score: said.score ?? "INFINITY" })
      if (sets.length > 0) return { colocate: sets, ...score }
      const roles = { role: roleOf(said["rsc-role"]), withRole: roleOf(said["with-rsc-role"]) }
      return { colocate: said.rsc, with: said["with-rsc"], ...roles, influence: truth(said.influence), ...score }
    }
    case "rsc_order":
      return {
        order: sets,
        kind: said.kind ?? (said.score === "0" ? "Optional" : undefined),
        symmetrical: truth(said.symmetrical),
      }
    case "rsc_ticket": {
      const resources = sets.length > 0 ? sets : said.rsc
      return { ticket: said.ticket, resources, role: roleOf(said["rsc-role"]), lossPolicy: said["loss-policy"] }
    }
    case "rsc_location":
      return locationWords({ name, attributes: said, children })
    default:
      return {}
  }
}

function locationWords({ attributes: said, children }: CibElement): Record<string, unknown> {
  const set = children.find(({ name }) => name === "resource_set")
  const rule = children.find(({ name }) => name === "rule")
  const pattern = said["rsc-pattern"]
  const several = set?.children.map((one) => one.attributes.id ?? "")
  const locate = pattern === undefined ? (several ?? said.rsc) : { pattern }
  const more = { resourceDiscovery: said["resource-discovery"] }
  if (rule === undefined) {
    return { locate, prefers: said.node, role: roleOf(said.role), ...more, ...scoreOf({ score: said.score ?? "0" }) }
  }
  const attribute = rule.attributes["score-attribute"]
  const strength =
    attribute === undefined ? scoreOf({ score: rule.attributes.score ?? "0" }) : { scoreAttribute: attribute }
  return { locate, where: ruleText(rule), role: roleOf(rule.attributes.role), ...more, ...strength }
}

function setYaml({ attributes, children }: CibElement): SetYaml {
  const resources = children.map((one) => one.attributes.id ?? "")
  const options = nonEmpty({
    sequential: truth(attributes.sequential),
    requireAll: truth(attributes["require-all"]),
    action: attributes.action,
    role: roleOf(attributes.role),
  })
  return (Object.keys(options).length === 0 ? resources : { resources, ...options }) as SetYaml
}

/** By its name of today. */
function roleOf(role: string | undefined): string | undefined {
  if (role === "Master") return "Promoted"
  return role === "Slave" ? "Unpromoted" : role
}

function truth(word: string | undefined): boolean | undefined {
  return word === undefined ? undefined : isTrue(word)
}
