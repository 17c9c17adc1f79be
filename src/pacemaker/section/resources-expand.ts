import { BOOTH_AGENT } from "../../booth/resources.ts"
import type { Notes } from "../../document/notes.ts"
import { sourceFrom } from "../../document/paths.ts"
import { texts } from "../../document/scalars-schema.ts"
import { secretSource } from "../../document/secret-schema.ts"
import type { Operation, Resource, ResourceTuning, SecretSource } from "../../model/inventory.ts"
import { spelled } from "./cluster-vocabulary.ts"
import type { Claim } from "./ids-check.ts"
import type { FencingYaml, ResourceYaml, TuningYaml } from "./resource-schema.ts"
import { OPERATION_OPTIONS } from "./resource-vocabulary.ts"

/** Fencing devices, with their operations and meta attributes as text. */
export function expandFencing(yaml: readonly FencingYaml[], file: string): Resource[] {
  return yaml.map(({ name, ...device }) => expandOne(name, device, file))
}

/** What a resource is to have beyond what haops gives it, as text. */
export function expandTuning(yaml: TuningYaml): ResourceTuning {
  const { parameters, operations, meta } = expandOne("", { agent: "", ...yaml }, "")
  return { parameters, operations, meta }
}

/** Everything that the CIB holds: the user's resources, then those that VIPs and haproxy were made into. */
export function expandResources(
  yaml: Readonly<Record<string, ResourceYaml>>,
  {
    made,
    fencing,
    claim,
    file,
  }: { made: readonly Resource[]; fencing: readonly Resource[]; claim: Claim; file: string },
  notes: Notes,
): Resource[] {
  const own = Object.entries(yaml).map(([id, resource]) => expandOne(id, resource, file))
  for (const [at, device] of fencing.entries()) {
    claim(device.id, "a fencing device", ["pacemaker", "fencing", at, "name"])
  }
  for (const resource of made) {
    const { what, path } = madeBy(resource)
    for (const id of [resource.id, resource.clone?.id]) if (id !== undefined) claim(id, what, path)
    if (resource.group !== undefined) claim(resource.group, "a group", ["booth"])
  }
  for (const resource of own) claimOwn(resource, claim, notes)
  return [...own, ...made]
}

function madeBy({ id, agent, clone }: Resource): { what: string; path: readonly string[] } {
  if (agent === BOOTH_AGENT) return { what: "what the section booth makes", path: ["booth"] }
  if (clone === undefined) return { what: "a VIP", path: ["vips", id] }
  return { what: "what the section haproxy makes", path: ["haproxy"] }
}

function claimOwn(resource: Resource, claim: Claim, notes: Notes): void {
  const path = ["pacemaker", "resources", resource.id]
  claim(resource.id, "a resource", path)
  if (resource.clone !== undefined) claim(resource.clone.id, "a clone", [...path, "clone"])
  if (resource.group === undefined) return
  claim(resource.group, "a group", [...path, "group"])
  if (resource.clone !== undefined) {
    notes.problem([...path, "group"], "a resource that is cloned cannot be in a group")
  }
}

function expandOne(id: string, yaml: Partial<ResourceYaml> & { agent: string }, file: string): Resource {
  return {
    id,
    agent: yaml.agent,
    ...expandParameters(yaml.parameters ?? {}, file),
    operations: Object.entries(yaml.operations ?? {}).flatMap(([name, operation]) => expandOperation(name, operation)),
    meta: texts(yaml.meta),
    clone: expandClone(id, yaml.clone),
    group: yaml.group,
    ...(yaml.bundle === undefined ? {} : { bundle: yaml.bundle }),
  }
}

function expandParameters(yaml: NonNullable<ResourceYaml["parameters"]>, file: string) {
  const parameters: Record<string, string> = {}
  const secrets: Record<string, SecretSource> = {}
  for (const [name, value] of Object.entries(yaml)) {
    if (typeof value === "object") secrets[name] = sourceFrom(file, secretSource(value))
    else parameters[name] = String(value)
  }
  return Object.keys(secrets).length === 0 ? { parameters } : { parameters, secrets }
}

type OperationYaml = NonNullable<ResourceYaml["operations"]>[string]

function expandOperation(name: string, yaml: OperationYaml): Operation[] {
  if (typeof yaml === "string") return [{ name, options: { interval: yaml } }]
  const list = Array.isArray(yaml) ? yaml : [yaml]
  return list.map((options) => ({ name, options: inSchema(texts(options)) }))
}

/** An operation's options are attributes, which the CIB's schema checks; what else a resource has is text to it. */
function inSchema(options: Operation["options"]): Operation["options"] {
  const pairs = Object.entries(options).map(([name, value]) => [name, spelled(value, OPERATION_OPTIONS.get(name))])
  return Object.fromEntries(pairs)
}

function expandClone(id: string, yaml: ResourceYaml["clone"]): Resource["clone"] {
  if (yaml === undefined || yaml === false) return undefined
  const { id: cloneId, promotable, ...meta } = yaml === true ? {} : yaml
  return { id: cloneId ?? `${id}-clone`, meta: texts(meta as Record<string, string>), promotable: promotable ?? false }
}
