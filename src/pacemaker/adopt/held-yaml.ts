import type { Remark } from "../../document/draft.ts"
import type { CibElement, CibPart } from "../../model/inventory.ts"
import type { Cib } from "../cib.ts"
import { sameElement } from "../parts/element.ts"
import { partKey } from "../parts/kinds.ts"
import { RuleError } from "../parts/rule.ts"
import { ruleText } from "../parts/rule-text.ts"
import { isSensitiveName } from "../secret-names.ts"
import { defaultRulePart, resourceRulePart } from "../section/held-elements.ts"
import { defaultRuleSchema, type NodeYaml, resourceRuleSchema, utilizationSchema } from "../section/held-schema.ts"
import type { PacemakerYaml } from "../section/schema.ts"
import type { Choices } from "./choices.ts"
import { nonEmpty, scalarsOf, shownXml } from "./words.ts"

const WHY = "no words for this, which stays as it is"

/** What of a resource stands in its own sets: its utilization, and attributes that hold by a rule. */
export function heldYaml(
  id: string,
  { parts }: Cib,
): { yaml: Pick<ResourceHeld, "utilization" | "rules">; left: readonly CibElement[] } {
  const own = parts.filter(({ holder, kind }) => holder === id && (kind === "rule" || kind === "utilization"))
  const room = own.find(({ kind }) => kind === "utilization")
  const utilization = room === undefined ? undefined : utilizationSchema.safeParse(valuesOf(room.element)).data
  const ruled = own.filter(({ kind }) => kind === "rule").map((part) => ({ part, yaml: resourceRule(part) }))
  const rules = ruled.flatMap(({ yaml }) => yaml ?? [])
  const left = ruled.filter(({ yaml }) => yaml === undefined).map(({ part }) => part.element)
  const unsaid = room !== undefined && utilization === undefined ? [room.element] : []
  return { yaml: nonEmpty({ utilization, rules }) as ResourceHeld, left: [...unsaid, ...left] }
}

type ResourceHeld = NonNullable<PacemakerYaml["resources"]>[string]

function resourceRule(part: CibPart) {
  const key = part.element.name === "meta_attributes" ? "meta" : "parameters"
  const words = resourceRuleSchema.safeParse({ ...ruleWords(part.element), [key]: valuesOf(part.element) })
  return words.success ? withId(part, words.data, (yaml) => resourceRulePart(part.holder ?? "", yaml)) : undefined
}

function valuesOf({ children }: CibElement) {
  const pairs = children.filter(({ name }) => name === "nvpair")
  return scalarsOf(Object.fromEntries(pairs.map(({ attributes: { name = "", value = "" } }) => [name, value])))
}

function ruleWords({ attributes, children }: CibElement) {
  const rule = children.find(({ name }) => name === "rule")
  const { score } = attributes
  return {
    where: rule === undefined ? "" : ruleText(rule),
    ...(score === undefined || score === "0" ? {} : { score: Number(score) }),
  }
}

/** With its id where that is not the usual one; undefined where an inventory would make something else of it, or it holds a secret. */
function withId<Yaml extends { id?: string | undefined }>(
  part: CibPart,
  yaml: Yaml,
  make: (yaml: Yaml) => CibPart,
): Yaml | undefined {
  if (part.element.children.some(({ attributes }) => isSensitiveName(attributes.name ?? ""))) return undefined
  try {
    const again = make(yaml)
    if (!sameElement(again.element, part.element)) return undefined
    return again.id === part.id ? yaml : { ...yaml, id: part.id }
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

/** Ids of the sets of defaults that hold by a rule, in their order. */
export type RuleIds = Readonly<Record<"resourceDefaultRules" | "operationDefaultRules", readonly string[]>>

export interface AdoptedHeld {
  yaml: Pick<PacemakerYaml, "nodes" | "resourceDefaultRules" | "operationDefaultRules">
  ruleIds: RuleIds
  remarks: readonly Remark[]
}

/** What stands in nodes and in the defaults of all. */
export function adoptHeld({ parts }: Cib, { refused }: Choices): AdoptedHeld {
  const nodes: Record<string, { attributes: Record<string, string>; utilization: Record<string, string> }> = {}
  const remarks: Remark[] = []
  for (const { kind, holder = "", element } of parts) {
    if (kind !== "node attribute" && kind !== "node utilization") continue
    const { name = "", value = "" } = element.attributes
    const key = kind === "node attribute" ? "attributes" : "utilization"
    const why = isOperators(name) ? "as an operator left it" : isSensitiveName(name) ? "not shown" : undefined
    if (why !== undefined || (key === "utilization" && !/^-?\d+$/.test(value))) {
      const shown = isSensitiveName(name) ? name : `${name}=${value}`
      remarks.push({
        path: ["controllers", holder],
        text: `${shown}${why === undefined ? "" : `, ${why}`}; it stays as it is`,
      })
    } else {
      nodes[holder] ??= { attributes: {}, utilization: {} }
      nodes[holder][key][name] = value
    }
  }
  const defaults = (section: "rsc_defaults" | "op_defaults") =>
    parts
      .filter(({ kind, holder }) => kind === "rule" && holder === section)
      .flatMap((part) => {
        const words = defaultRuleSchema.safeParse({ ...ruleWords(part.element), values: valuesOf(part.element) })
        const yaml = words.success ? withId(part, words.data, (one) => defaultRulePart(section, one)) : undefined
        const why = refused.get(partKey(part))
        if (yaml !== undefined && why === undefined) return [{ id: part.id, yaml }]
        const text = shownXml(why === undefined ? WHY : `${why}; it stays as it is`, [part.element])
        remarks.push({ path: ["pacemaker", ""], text })
        return []
      })
  const rules = { resourceDefaultRules: defaults("rsc_defaults"), operationDefaultRules: defaults("op_defaults") }
  const said = Object.entries(nodes).map(([name, { attributes, utilization }]) => [
    name,
    nonEmpty({ attributes: scalarsOf(attributes), utilization: scalarsOf(utilization) }) as NodeYaml,
  ])
  const yaml = nonEmpty({
    nodes: Object.fromEntries(said) as NonNullable<PacemakerYaml["nodes"]>,
    resourceDefaultRules: rules.resourceDefaultRules.map((one) => one.yaml),
    operationDefaultRules: rules.operationDefaultRules.map((one) => one.yaml),
  })
  const ruleIds = {
    resourceDefaultRules: rules.resourceDefaultRules.map(({ id }) => id),
    operationDefaultRules: rules.operationDefaultRules.map(({ id }) => id),
  }
  return { yaml, ruleIds, remarks }
}

/** What `crm_standby` and the like leave behind, and what pacemaker notes of itself. */
function isOperators(name: string): boolean {
  return name === "standby" || name === "maintenance" || name.startsWith("#") || name === "terminate"
}
