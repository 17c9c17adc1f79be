import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { CibPart } from "../../model/inventory.ts"
import { RuleError } from "../parts/rule.ts"
import { checkVocabulary, OPERATION_DEFAULTS, RESOURCE_DEFAULTS } from "./cluster-vocabulary.ts"
import { defaultRulePart, nodeParts, resourceRulePart, utilizationPart } from "./held-elements.ts"
import type { Claim } from "./ids-check.ts"
import { RESOURCE_META } from "./resource-vocabulary.ts"
import type { PacemakerYaml } from "./schema.ts"

/** Utilization, attributes that hold by a rule, and what the cluster knows of its nodes. */
export function expandHeld(
  yaml: PacemakerYaml,
  { nodes }: { nodes: readonly string[] },
  claim: Claim,
  notes: Notes,
): readonly CibPart[] {
  const made = ruleMaker(claim, notes)
  const root = ["pacemaker"]
  return [
    ...Object.entries(yaml.nodes ?? {}).flatMap(([name, node]) => {
      const path = [...root, "nodes", name]
      if (nodes.includes(name)) return nodeParts(name, node)
      const suggestion = nearest(name, nodes)
      notes.problem(path, `there is no member of the cluster "${name}"`, { at: "key", suggestion })
      return []
    }),
    ...Object.entries(yaml.resources ?? {}).flatMap(([id, { utilization = {}, rules = [] }]) => {
      const path = [...root, "resources", id, "rules"]
      for (const [at, rule] of rules.entries())
        if ("meta" in rule) checkVocabulary(rule.meta, RESOURCE_META, [...path, at, "meta"], notes)
      return [
        ...(Object.keys(utilization).length === 0 ? [] : [utilizationPart(id, utilization)]),
        ...rules.flatMap((rule, at) => made([...path, at], () => resourceRulePart(id, rule))),
      ]
    }),
    ...(["resource", "operation"] as const).flatMap((what) => {
      const key = `${what}DefaultRules` as const
      const known = what === "resource" ? RESOURCE_DEFAULTS : OPERATION_DEFAULTS
      return (yaml[key] ?? []).flatMap((rule, at) => {
        checkVocabulary(rule.values, known, [...root, key, at, "values"], notes)
        const section = what === "resource" ? "rsc_defaults" : "op_defaults"
        return made([...root, key, at], () => defaultRulePart(section, rule))
      })
    }),
  ]
}

/** What is wrong with a rule is told at its place, and what has the id of another. */
function ruleMaker(claim: Claim, notes: Notes) {
  return (path: Path, make: () => CibPart): readonly CibPart[] => {
    try {
      const part = make()
      claim(part.id, "attributes that hold by a rule", path)
      return [part]
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      notes.problem([...path, "where"], error.message)
      return []
    }
  }
}
