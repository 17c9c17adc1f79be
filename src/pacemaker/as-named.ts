import type { CibElement, CibPart, Constraint, Resource } from "../model/inventory.ts"
import type { Cib, CibConstraint, PlainConstraint } from "./cib.ts"
import type { Desired } from "./desired.ts"

/** A clone or a group that other hands gave a name of their own. */
export interface Renamed {
  /** What is cloned; of a group its own name in the inventory. */
  resource: string
  /** What haops would call it, and what it is called. */
  usual: string
  name: string
}

/**
 * Clones that are called otherwise in the CIB than haops calls them, recognised by what they hold: `cl-haproxy` of a guide for crmsh.
 * One that the inventory
 * names is to be called so, and one that promotes, or does not, against the inventory is another.
 */
export function renamedClones(
  { resources }: { resources: readonly Pick<Resource, "id" | "clone" | "group">[] },
  cib: Pick<Cib, "resources">,
): readonly Renamed[] {
  const taken = new Set(resources.flatMap(({ id, clone, group }) => [id, clone?.id, group]))
  return resources.flatMap(({ id, clone }) => {
    const have = cib.resources.find((one) => one.id === id)?.clone
    const usual = `${id}-clone`
    if (clone?.id !== usual || have?.promotable !== clone.promotable) return []
    return have.id === usual || taken.has(have.id) ? [] : [{ resource: id, usual, name: have.id }]
  })
}

/**
 * Groups that are called otherwise in the CIB than in the inventory, recognised by what they hold: the same members in the same order, and
 * no others. Pacemaker cannot rename one, so another name would stop all of them.
 */
export function renamedGroups(
  { resources }: { resources: readonly Pick<Resource, "id" | "clone" | "group">[] },
  { groups }: Pick<Cib, "groups">,
): readonly Renamed[] {
  const taken = new Set(resources.flatMap(({ id, clone, group }) => [id, clone?.id, group]))
  const wanted = [...new Set(resources.flatMap(({ group }) => group ?? []))]
  return wanted.flatMap((name) => {
    if (groups.some(({ id }) => id === name)) return []
    const members = resources.filter(({ group }) => group === name).map(({ id }) => id)
    const have = groups.find((one) => one.members.join(" ") === members.join(" "))
    return have === undefined || taken.has(have.id) ? [] : [{ resource: name, usual: name, name: have.id }]
  })
}

/** What is wanted, with each clone and group under the name that it has; constraints, tags and permissions go by that too. Pure. */
export function asNamed(desired: Desired, cib: Pick<Cib, "resources" | "groups">): Desired {
  const renamed = [...renamedClones(desired, cib), ...renamedGroups(desired, cib)]
  if (renamed.length === 0) return desired
  const names = new Map(renamed.map(({ usual, name }) => [usual, name]))
  const nameOf = (id: string) => names.get(id) ?? id
  const { parts } = desired
  return {
    ...desired,
    resources: desired.resources.map((resource) => {
      const { clone, group } = resource
      return {
        ...resource,
        ...(clone === undefined ? {} : { clone: { ...clone, id: nameOf(clone.id) } }),
        ...(group === undefined ? {} : { group: nameOf(group) }),
      }
    }),
    constraints: desired.constraints.map((one) => constraintBy(one, nameOf)),
    ...(parts === undefined
      ? {}
      : { parts: parts.map((one): CibPart => ({ ...one, element: by(one.element, nameOf) })) }),
  }
}

/** The same the other way round: a CIB in which what names a clone has the usual name. The clone itself keeps its own. */
export function asUsual(cib: Cib, { usual, name }: Pick<Renamed, "usual" | "name">): Cib {
  const nameOf = (id: string) => (id === name ? usual : id)
  return {
    ...cib,
    constraints: cib.constraints.map((one): CibConstraint => {
      if (one.type !== "other") return { ...one, ...(constraintBy(one, nameOf) as PlainConstraint) } as CibConstraint
      const { element } = one
      const refers = one.refers.map(nameOf)
      return { ...one, refers, ...(element === undefined ? {} : { element: by(element, nameOf) }) }
    }),
    parts: cib.parts.map((one): CibPart => ({ ...one, element: by(one.element, nameOf) })),
  }
}

/** Groups that the inventory has, and that others have cloned: with the clone's name. */
export function clonedGroups(
  { resources }: Pick<Desired, "resources">,
  { groups }: Pick<Cib, "groups">,
): readonly { group: string; name: string }[] {
  const wanted = new Set(resources.flatMap(({ group }) => group ?? []))
  return groups.flatMap(({ id, clone }) => (wanted.has(id) && clone !== undefined ? [{ group: id, name: clone }] : []))
}

type NameOf = (id: string) => string

function constraintBy(one: Constraint, nameOf: NameOf): Constraint {
  switch (one.type) {
    case "colocation":
      return { ...one, resource: nameOf(one.resource), with: nameOf(one.with) }
    case "order":
      // biome-ignore lint/suspicious/noThenProperty: the word of the inventory, in data that nobody awaits
      return { ...one, first: nameOf(one.first), then: nameOf(one.then) }
    case "location":
      return { ...one, resource: nameOf(one.resource) }
    case "composed":
      return { ...one, element: by(one.element, nameOf) }
  }
}

/** The attributes by which an element names a resource. */
const NAMING: Readonly<Record<string, readonly string[]>> = {
  resource_ref: ["id"],
  obj_ref: ["id"],
  acl_permission: ["reference"],
  rsc_colocation: ["rsc", "with-rsc"],
  rsc_order: ["first", "then"],
  rsc_location: ["rsc"],
  rsc_ticket: ["rsc"],
}

function by(element: CibElement, nameOf: NameOf): CibElement {
  const naming = NAMING[element.name] ?? []
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => [name, naming.includes(name) ? nameOf(value) : value] as const,
  )
  const children = element.children.map((one) => by(one, nameOf))
  return { ...element, attributes: Object.fromEntries(attributes), children }
}
