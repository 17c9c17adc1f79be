import type { AttributeChange, Change } from "./changes.ts"
import type { AttributeSection, Attributes, Cib, CibClone, CibGroup, CibOperation, CibResource } from "./cib.ts"
import type { DesiredResource } from "./desired.ts"

/** The CIB after the changes, as far as haops models it. Pure. Serves shells that write whole objects, and tests. */
export function applyChanges(cib: Cib, changes: readonly Change[]): Cib {
  return withoutEmptyGroups(changes.reduce(applyChange, cib))
}

function applyChange(cib: Cib, change: Change): Cib {
  switch (change.type) {
    case "unseed":
      return { ...cib, seeds: cib.seeds.filter((id) => id !== change.id) }
    case "unset":
      return withSection(cib, change.section, without(cib.sections[change.section], change.name))
    case "set":
      return withSection(cib, change.section, having(cib.sections[change.section], change.name, change.value))
    case "delete-constraint":
      return { ...cib, constraints: cib.constraints.filter(({ id }) => id !== change.have.id) }
    case "create-constraint":
      return { ...cib, constraints: [...cib.constraints, { ...change.constraint, extra: {} }] }
    case "delete-resource":
      return leave({ ...cib, resources: cib.resources.filter(({ id }) => id !== change.have.id) }, change.have.id)
    case "create-resource":
      return { ...cib, resources: [...cib.resources, created(change.resource)] }
    case "update-resource":
      return withResource(cib, change.have.id, (have) => updated(have, change))
    case "clone":
      return withResource(cib, change.resource.id, (have) => ({ ...have, clone: cloneOf(change.clone) }))
    case "unclone":
      return withResource(cib, change.have.id, (have) => ({ ...have, clone: undefined }))
    case "update-clone":
      return withResource(cib, change.have.id, (have) => ({
        ...have,
        clone: { ...change.clone, meta: merged(change.clone.meta, change.meta) },
      }))
    case "leave-group":
      return withResource(leave(cib, change.have.id), change.have.id, (have) => ({ ...have, group: undefined }))
    case "join-group":
      return withResource(join(cib, change), change.resource, (have) => ({ ...have, group: change.group }))
  }
}

function withSection(cib: Cib, name: keyof Cib["sections"], section: AttributeSection): Cib {
  return { ...cib, sections: { ...cib.sections, [name]: section } }
}

function without({ values, ids }: AttributeSection, name: string): AttributeSection {
  const { [name]: _, ...rest } = values
  return { values: rest, ids }
}

function having({ values, ids }: AttributeSection, name: string, value: string): AttributeSection {
  return { values: { ...values, [name]: value }, ids }
}

function withResource(cib: Cib, id: string, change: (have: CibResource) => CibResource): Cib {
  return { ...cib, resources: cib.resources.map((have) => (have.id === id ? change(have) : have)) }
}

function created({ id, agent, fencing, parameters, meta, operations, clone }: DesiredResource): CibResource {
  return {
    id,
    agent,
    fencing,
    parameters,
    meta,
    operations: operations.map(({ name, options }) => ({ id: "", name, options })),
    clone: clone && cloneOf(clone),
  }
}

function cloneOf({ id, meta: { promotable: _, ...meta }, promotable }: CibClone): CibClone {
  return { id, meta, promotable }
}

function updated(have: CibResource, change: Extract<Change, { type: "update-resource" }>): CibResource {
  // By identity: what is still to be made has no id yet.
  const replaced = new Set(change.operations.flatMap(({ have: old }) => old ?? []))
  const operations: CibOperation[] = [
    ...have.operations.filter((operation) => !replaced.has(operation)),
    ...change.operations.map(({ have: old, want }) => ({ id: old?.id ?? "", name: want.name, options: want.options })),
  ]
  const parameters = merged(have.parameters, change.parameters)
  return { ...have, parameters, meta: merged(have.meta, change.meta), operations }
}

function merged(have: Attributes, { set, unset }: AttributeChange): Attributes {
  return Object.fromEntries(Object.entries({ ...have, ...set }).filter(([name]) => !unset.includes(name)))
}

function leave(cib: Cib, resource: string): Cib {
  const groups = cib.groups.map((group) => ({ ...group, members: group.members.filter((id) => id !== resource) }))
  return { ...cib, groups }
}

function join(cib: Cib, { resource, group, after }: Extract<Change, { type: "join-group" }>): Cib {
  const parted = leave(cib, resource)
  const known = parted.groups.find(({ id }) => id === group)
  const members = known?.members ?? []
  const at = after === undefined ? 0 : members.indexOf(after) + 1
  const next: CibGroup = { ...known, id: group, members: members.toSpliced(at, 0, resource) }
  return { ...parted, groups: [...parted.groups.filter(({ id }) => id !== group), next] }
}

/** A shell removes a group with its last member. */
function withoutEmptyGroups(cib: Cib): Cib {
  return { ...cib, groups: cib.groups.filter(({ members }) => members.length > 0) }
}
