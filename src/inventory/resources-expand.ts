import type { Operation, Resource } from "./model.ts"
import type { Notes } from "./notes.ts"
import type { FencingYaml, ResourceYaml } from "./resource-schema.ts"
import { texts } from "./scalars-schema.ts"

/** Fencing devices, with their operations and meta attributes as text. */
export function expandFencing(yaml: readonly FencingYaml[], notes: Notes): Resource[] {
  const names = new Map<string, number>()
  return yaml.map(({ name, ...device }, at) => {
    const path = ["pacemaker", "fencing", at]
    const twin = names.get(name)
    if (twin !== undefined)
      notes.problem(
        [...path, "name"],
        `"${name}" is the name of another device (${notes.line(["pacemaker", "fencing", twin, "name"])})`,
      )
    names.set(name, at)
    return expandOne(name, device)
  })
}

/** Everything that the CIB holds: the user's resources, then those that VIPs and haproxy were made into. */
export function expandResources(
  yaml: Readonly<Record<string, ResourceYaml>>,
  { made, fencing }: { made: readonly Resource[]; fencing: readonly Resource[] },
  notes: Notes,
): Resource[] {
  const own = Object.entries(yaml).map(([id, resource]) => expandOne(id, resource))
  const taken = new Map<string, string>()
  for (const device of fencing) taken.set(device.id, "a fencing device")
  for (const resource of made) {
    taken.set(resource.id, resource.agent === "systemd:haproxy" ? "what the section haproxy makes" : "a VIP")
    if (resource.clone !== undefined) taken.set(resource.clone.id, "what the section haproxy makes")
  }
  for (const resource of own) checkIds(resource, taken, notes)
  return [...own, ...made]
}

/** Ids of resources, clones and groups share one space; a group is the same one for all of its members. */
function checkIds(resource: Resource, taken: Map<string, string>, notes: Notes): void {
  const path = ["pacemaker", "resources", resource.id]
  const claim = (id: string, what: string, where: readonly string[], at: "key" | "value") => {
    const owner = taken.get(id)
    if (owner === undefined) taken.set(id, what)
    else if (!(what === "a group" && owner === what))
      notes.problem(where, `"${id}" is already the id of ${owner}`, { at })
  }
  claim(resource.id, "a resource", path, "key")
  if (resource.clone !== undefined) claim(resource.clone.id, "a clone", [...path, "clone"], "key")
  if (resource.group !== undefined) claim(resource.group, "a group", [...path, "group"], "value")
  if (resource.clone !== undefined && resource.group !== undefined) {
    notes.problem([...path, "group"], "a resource that is cloned cannot be in a group")
  }
}

function expandOne(id: string, yaml: Partial<ResourceYaml> & { agent: string }): Resource {
  return {
    id,
    agent: yaml.agent,
    parameters: texts(yaml.parameters),
    operations: Object.entries(yaml.operations ?? {}).flatMap(([name, operation]) => expandOperation(name, operation)),
    meta: texts(yaml.meta),
    clone: expandClone(id, yaml.clone),
    group: yaml.group,
  }
}

type OperationYaml = NonNullable<ResourceYaml["operations"]>[string]

function expandOperation(name: string, yaml: OperationYaml): Operation[] {
  if (typeof yaml === "string") return [{ name, options: { interval: yaml } }]
  const list = Array.isArray(yaml) ? yaml : [yaml]
  return list.map((options) => ({ name, options: texts(options) }))
}

function expandClone(id: string, yaml: ResourceYaml["clone"]): Resource["clone"] {
  if (yaml === undefined || yaml === false) return undefined
  const { id: cloneId, promotable, ...meta } = yaml === true ? {} : yaml
  return { id: cloneId ?? `${id}-clone`, meta: texts(meta as Record<string, string>), promotable: promotable ?? false }
}
