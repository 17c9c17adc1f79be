import type { Finding } from "../base/events.ts"
import type { CibElement, Resource } from "../model/inventory.ts"
import type { PlaceOf } from "./agents/checked.ts"
import type { Change } from "./changes.ts"
import type { Attributes, CibClone } from "./cib.ts"
import { describeSection } from "./describe-change.ts"
import { partKey } from "./parts/kinds.ts"

/**
 * Whether a cluster would keep something else: up to pacemaker 2.1 each of its programs writes a line break as a backslash and `n`, and a
 * tab as four blanks. What reads the value would get that, and each run would find another one than it has written.
 */
export function isMangled(value: string, pacemaker: string | undefined): boolean {
  return Number.parseInt(pacemaker ?? "3", 10) <= 2 && /[\t\n\r]/.test(value)
}

/** Values among what is to be written that a cluster of this release would not keep. */
export function mangledValues(
  changes: readonly Change[],
  { pacemaker, placeOf }: { pacemaker: string | undefined; placeOf: PlaceOf },
): readonly Finding[] {
  const mangled = changes
    .flatMap((change) => written(change, placeOf))
    .filter(({ value }) => isMangled(value, pacemaker))
  return mangled.map(({ what }) => ({
    severity: "error",
    message: `${what} has a line break or a tab, which pacemaker ${pacemaker} does not keep`,
    hint: "Take it out of the value. In YAML, text after `>-` is folded into one line, with no line break at its end; after `>` with one.",
  }))
}

interface Written {
  what: string
  value: string
}

function written(change: Change, placeOf: PlaceOf): readonly Written[] {
  switch (change.type) {
    case "set":
      return [{ what: `${describeSection(change.section)} ${change.name}`, value: change.value }]
    case "create-resource": {
      const { id, parameters, meta, operations, clone } = change.resource
      return [...ofResource(id, { parameters, meta, operations }, placeOf), ...ofClone(clone)]
    }
    case "update-resource": {
      const { have, parameters, meta, operations } = change
      const set = { parameters: parameters.set, meta: meta.set, operations: operations.map(({ want }) => want) }
      return ofResource(have.id, set, placeOf)
    }
    case "clone":
      return ofClone(change.clone)
    case "update-clone":
      return ofClone({ id: change.clone.id, meta: change.meta.set })
    case "create-part":
    case "update-part":
      return ofElement(partKey(change.part), change.part.element)
    case "create-constraint": {
      const { constraint } = change
      return constraint.type === "composed" ? ofElement(`constraint ${constraint.id}`, constraint.element) : []
    }
    default:
      return []
  }
}

function ofResource(
  id: string,
  { parameters, meta, operations }: Pick<Resource, "parameters" | "meta" | "operations">,
  placeOf: PlaceOf,
): readonly Written[] {
  return [
    ...named(parameters, (name) => `${placeOf(id, ["parameters", name])} ${id}: its parameter ${name}`),
    ...named(meta, (name) => `${placeOf(id, ["meta", name])} ${id}: its meta attribute ${name}`),
    ...operations.flatMap(({ name: operation, options }) =>
      named(options, (name) => `${placeOf(id, ["operations", operation])} ${id}: ${name} of its ${operation}`),
    ),
  ]
}

function ofClone(clone: Pick<CibClone, "id" | "meta"> | undefined): readonly Written[] {
  return clone === undefined ? [] : named(clone.meta, (name) => `clone ${clone.id}: its meta attribute ${name}`)
}

function ofElement(what: string, element: CibElement): readonly Written[] {
  // What an nvpair is called says more than that it has a value.
  const { name: called } = element.attributes
  return [
    ...named(element.attributes, (name) => `${what}: ${name === "value" && called !== undefined ? called : name}`),
    ...element.children.flatMap((child) => ofElement(what, child)),
  ]
}

function named(attributes: Attributes, what: (name: string) => string): readonly Written[] {
  return Object.entries(attributes).map(([name, value]) => ({ what: what(name), value }))
}
