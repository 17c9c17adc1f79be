import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { CibPart } from "../../model/inventory.ts"
import { agentAttributes } from "../parts/agent-attributes.ts"
import { element } from "../parts/element.ts"
import { OPERATION_ATTRIBUTES } from "../parts/operation-attributes.ts"
import { templateOf } from "../parts/template.ts"
import type { Claim } from "./ids-check.ts"
import { attributeSet } from "./part-elements.ts"
import type { TemplateYaml } from "./resource-schema.ts"
import { expandTuning } from "./resources-expand.ts"
import type { PacemakerYaml } from "./schema.ts"

/** Templates, and whether each resource names one that is there. */
export function expandTemplates(yaml: PacemakerYaml, claim: Claim, notes: Notes): readonly CibPart[] {
  const { templates = {}, resources = {} } = yaml
  const known = Object.keys(templates)
  for (const [id, { agent }] of Object.entries(resources)) {
    const name = templateOf(agent)
    if (name === undefined || known.includes(name)) continue
    const suggestion = nearest(name, known)
    notes.problem(["pacemaker", "resources", id, "agent"], `there is no template "${name}"`, { suggestion })
  }
  for (const id of known) claim(id, "a template", ["pacemaker", "templates", id])
  return Object.entries(templates).map(([id, template]) => templatePart(id, template))
}

/** With ids as pcs makes those of a resource. */
export function templatePart(id: string, { agent, utilization, ...tuning }: TemplateYaml): CibPart {
  const { parameters, operations, meta } = expandTuning(tuning)
  const all = operations.map(({ name, options }) => {
    const { interval = name === "monitor" ? "60s" : "0s", id: chosen, name: _, ...rest } = options
    const own = chosen ?? `${id}-${name}-interval-${interval}`
    const said = Object.entries({ interval, ...rest })
    const attributes = Object.fromEntries(said.filter(([key]) => OPERATION_ATTRIBUTES.includes(key)))
    const further = Object.fromEntries(said.filter(([key]) => !OPERATION_ATTRIBUTES.includes(key)))
    return element("op", { id: own, name, ...attributes }, attributeSet("instance_attributes", own, further))
  })
  const children = [
    ...attributeSet("instance_attributes", id, parameters),
    ...attributeSet("meta_attributes", id, meta),
    ...attributeSet("utilization", id, utilization),
    ...(all.length === 0 ? [] : [element("operations", {}, all)]),
  ]
  return { kind: "template", id, element: element("template", { id, ...agentAttributes(agent) }, children) }
}
