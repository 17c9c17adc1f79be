import { HaopsError } from "../../base/errors.ts"
import type { AttributeChange, ChangeOf, OperationChange } from "../changes.ts"
import type { Attributes, Cib } from "../cib.ts"
import { child, childrenOf, descendants, type Element, formatXml } from "../xml.ts"
import { deleteElement, type EditCommand } from "./cib-commands.ts"
import { inRole } from "./roles.ts"

/**
 * Changes to a resource, by the ids of what the CIB has: all else in it, rules, utilization and whatever haops has no word for, stays as
 * it is. For shells that can only replace an object whole.
 */
export function updateResource(
  { have, parameters, meta, operations }: ChangeOf<"update-resource">,
  { cib, file, promotedRoles }: { cib: Cib; file: string; promotedRoles: boolean },
): readonly EditCommand[] {
  const primitive = elementOf(cib, have.id)
  const names = new Names(cib)
  const children = [
    ...attributeSets(primitive, "instance_attributes", parameters.set, names),
    ...attributeSets(primitive, "meta_attributes", meta.set, names),
    ...operationSets(primitive, operations, names, promotedRoles),
  ]
  return [
    ...removals(primitive, "instance_attributes", parameters, file),
    ...removals(primitive, "meta_attributes", meta, file),
    ...merge(primitive, children, file),
  ]
}

/** The same for the meta attributes of a clone. */
export function updateClone(
  { clone, meta }: ChangeOf<"update-clone">,
  { cib, file }: { cib: Cib; file: string },
): readonly EditCommand[] {
  const element = elementOf(cib, clone.id)
  return [
    ...removals(element, "meta_attributes", meta, file),
    ...merge(element, attributeSets(element, "meta_attributes", meta.set, new Names(cib)), file),
  ]
}

/** Merges children into an element that the file has: those of the same name and id are changed, others added. */
export function merge(
  { name, attributes }: Pick<Element, "name" | "attributes">,
  children: readonly Element[],
  file: string,
): readonly EditCommand[] {
  if (children.length === 0) return []
  const element = { name, attributes: { id: attributes.id ?? "" }, children }
  return [{ argv: ["env", `CIB_file=${file}`, "cibadmin", "--modify", "--xml-pipe"], stdin: formatXml(element) }]
}

/** Whether a resource or clone has more than a shell keeps apart: rules, sets of others, several of one kind. */
export function isIntricate(cib: Cib, id: string): boolean {
  const element = elementOf(cib, id)
  const sets = (holder: Element) => ["instance_attributes", "meta_attributes"].map((name) => childrenOf(holder, name))
  const holders = [element, ...childrenOf(child(element, "operations"), "op")]
  return holders.flatMap(sets).some((kind) => kind.length > 1 || !kind.every(isPlainSet))
}

/** The element of this id. */
export function elementOf({ tree }: Cib, id: string): Element {
  const found = tree && [...descendants(tree)].find(({ attributes }) => attributes.id === id)
  if (found === undefined) throw new HaopsError("E_BUG", `the CIB has no element ${id}, which it was read from`)
  return found
}

/** A set that holds always, and is this object's own; the others are left to whoever wrote them. */
export function isPlainSet(set: Element): boolean {
  return child(set, "rule") === undefined && set.attributes.id !== undefined
}

function plainSets(element: Element, name: string): readonly Element[] {
  return childrenOf(element, name).filter(isPlainSet)
}

/** Values go where their names are, new ones into the first set. */
function attributeSets(element: Element, name: string, values: Attributes, names: Names): readonly Element[] {
  const sets = plainSets(element, name)
  const pairs = Object.entries(values).map(([key, value]) => {
    const holder = sets.find((set) => pairOf(set, key) !== undefined)
    const set = (holder ?? sets[0])?.attributes.id
    const id = holder && pairOf(holder, key)?.attributes.id
    return { set, id, key, value }
  })
  const anew = pairs.some(({ set }) => set === undefined) ? names.free(`${element.attributes.id}-${name}`) : ""
  return [...new Set(pairs.map(({ set }) => set ?? anew))].map((id) => ({
    name,
    attributes: { id },
    children: pairs
      .filter(({ set }) => (set ?? anew) === id)
      .map((pair) => nvpair(pair.id ?? names.free(`${id}-${pair.key}`), pair.key, pair.value)),
  }))
}

function pairOf(set: Element, key: string): Element | undefined {
  return childrenOf(set, "nvpair").find(({ attributes }) => attributes.name === key && attributes.id !== undefined)
}

function nvpair(id: string, name: string, value: string): Element {
  return { name: "nvpair", attributes: { id, name, value }, children: [] }
}

function removals(element: Element, name: string, { unset }: AttributeChange, file: string): readonly EditCommand[] {
  return unset.flatMap((key) =>
    plainSets(element, name).flatMap((set) => {
      const id = pairOf(set, key)?.attributes.id
      return id === undefined ? [] : [deleteElement(file, "nvpair", id)]
    }),
  )
}

/** What pacemaker's schema has as attributes of an operation; anything else is an instance attribute of it. */
const OPTIONS = [
  ...["interval", "timeout", "role", "on-fail", "enabled", "start-delay", "interval-origin", "record-pending"],
  ...["description", "requires"],
]

function operationSets(
  primitive: Element,
  operations: readonly OperationChange[],
  names: Names,
  promotedRoles: boolean,
): readonly Element[] {
  if (operations.length === 0) return []
  const known = child(primitive, "operations")
  const ops = operations.map(({ have, want: { name, options } }): Element => {
    const id = have?.id ?? names.free(`${primitive.attributes.id}-${name}-${options.interval ?? "0s"}`)
    const old = childrenOf(known, "op").find(({ attributes }) => attributes.id === id)
    const entries = Object.entries(options)
    const own = entries.filter(([key]) => OPTIONS.includes(key)).map(([key, value]) => [key, spelled(key, value)])
    const further = entries.filter(([key]) => !OPTIONS.includes(key) && !isMeta(old, key))
    const element = old ?? { name: "op", attributes: { id }, children: [] }
    const metas = entries.filter(([key]) => isMeta(old, key))
    return {
      name: "op",
      attributes: { id, name, ...Object.fromEntries(own) },
      children: [
        ...attributeSets(element, "meta_attributes", Object.fromEntries(metas), names),
        ...attributeSets(element, "instance_attributes", Object.fromEntries(further), names),
      ],
    }
  })
  function spelled(key: string, value: string) {
    return key === "role" ? inRole(value, promotedRoles) : value
  }
  const id = known?.attributes.id
  return [{ name: "operations", attributes: id === undefined ? {} : { id }, children: ops }]
}

function isMeta(operation: Element | undefined, key: string): boolean {
  return operation !== undefined && plainSets(operation, "meta_attributes").some((set) => pairOf(set, key))
}

/** Ids that nothing has. */
class Names {
  readonly #taken: Set<string>

  constructor({ ids }: Cib) {
    this.#taken = new Set(ids)
  }

  free(wanted: string): string {
    const base = wanted.replace(/[^\w.-]/g, "_")
    let id = base
    for (let number = 1; this.#taken.has(id); number++) id = `${base}-${number}`
    this.#taken.add(id)
    return id
  }
}
