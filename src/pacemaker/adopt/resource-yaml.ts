import type { Remark } from "../../document/draft.ts"
import type { Path } from "../../document/problems.ts"
import { defaultOperations } from "../agents/default-operations.ts"
import type { Agents } from "../agents/metadata.ts"
import type { Attributes, CibOperation, CibResource } from "../cib.ts"
import { OPERATORS } from "../diff-resource.ts"
import { isSecretName, isSensitiveName } from "../secret-names.ts"
import type { ResourceYaml } from "../section/resource-schema.ts"
import { sameValue } from "../values.ts"
import { nonEmpty, scalarsOf } from "./words.ts"

/** What a resource of the CIB is in an inventory's words, and what there is to say beside it. */
export interface ResourceWords {
  yaml: Partial<Pick<ResourceYaml, "parameters" | "operations" | "meta" | "clone" | "group" | "bundle">>
  remarks: readonly Remark[]
}

/** Parts of a resource as an inventory writes them. `path` is where it will stand. */
export function resourceWords(resource: CibResource, path: Path, agents: Agents): ResourceWords {
  const { parameters, remarks } = parametersOf(resource, path)
  const yaml = {
    parameters,
    operations: operationsYaml(ownOperations(resource, agents)),
    meta: scalarsOf(withoutOperators(resource.meta)),
    clone: cloneOf(resource),
    group: resource.group,
    bundle: resource.bundle,
  }
  return { yaml: nonEmpty(yaml), remarks: [...remarks, ...operatorRemarks(resource, path)] }
}

/** A secret is somewhere else, and its place says where it is now. */
function parametersOf({ id, parameters }: CibResource, path: Path) {
  const remarks: Remark[] = []
  const pairs = Object.entries(parameters).map(([name, value]) => {
    if (!isSecretName(name) && !(isSensitiveName(name) && !value.startsWith("/"))) return [name, value] as const
    const file = `secrets/${id}-${name}`
    const text = `put its value into this file: on a node, crm_resource --resource ${id} --get-parameter ${name}`
    remarks.push({ path: [...path, "parameters", name], text })
    return [name, { file }] as const
  })
  const open = scalarsOf(Object.fromEntries(pairs.filter((pair): pair is [string, string] => !isReference(pair[1]))))
  const yaml = Object.fromEntries(pairs.map(([name, value]) => [name, isReference(value) ? value : open[name]!]))
  return { parameters: yaml, remarks }
}

function isReference(value: string | { file: string }): value is { file: string } {
  return typeof value === "object"
}

/** Those that the agent's own metadata does not give to each of its resources. */
export function ownOperations(
  { agent, fencing, operations }: Pick<CibResource, "agent" | "fencing" | "operations">,
  agents: Agents,
): readonly CibOperation[] {
  const defaults = defaultOperations({ agent, fencing, operations: [] }, agents)
  return operations.filter(({ name, options }) => {
    return !defaults.some((one) => one.name === name && sameOptions(one.options, options))
  })
}

function sameOptions(one: Attributes, other: Attributes): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => {
    const [a, b] = [one[name], other[name]]
    return a !== undefined && b !== undefined && sameValue(a, b)
  })
}

/** By name; several of one name as a list. */
export function operationsYaml(operations: readonly Pick<CibOperation, "name" | "options">[]) {
  const names = [...new Set(operations.map(({ name }) => name))]
  const entries = names.map((name) => {
    const all = operations.filter((one) => one.name === name).map(({ options }) => options)
    const [first = {}] = all
    if (all.length > 1) return [name, all.map(scalarsOf)] as const
    return [name, Object.keys(first).join() === "interval" ? first.interval! : scalarsOf(first)] as const
  })
  return Object.fromEntries(entries) as NonNullable<ResourceYaml["operations"]>
}

function cloneOf({ id, clone }: CibResource): ResourceYaml["clone"] {
  if (clone === undefined) return undefined
  const yaml = {
    ...(clone.id === `${id}-clone` ? {} : { id: clone.id }),
    ...(clone.promotable ? { promotable: true } : {}),
    ...scalarsOf(withoutOperators(clone.meta)),
  }
  return Object.keys(yaml).length === 0 ? true : yaml
}

export function withoutOperators(meta: Attributes): Attributes {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => !OPERATORS.includes(name)))
}

/** What operators set in passing: theirs, and not the inventory's. */
const AT_REST: Readonly<Record<string, string>> = {
  "target-role": "Started",
  "is-managed": "true",
  maintenance: "false",
}

export function operatorRemarks({ meta, clone }: Pick<CibResource, "meta" | "clone">, path: Path): readonly Remark[] {
  return Object.entries({ ...clone?.meta, ...meta })
    .filter(([name, value]) => OPERATORS.includes(name) && !sameValue(value, AT_REST[name] ?? ""))
    .map(([name, value]) => ({ path, text: `${name}=${value}, as an operator left it; haops leaves it alone` }))
}
