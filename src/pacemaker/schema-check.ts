import type { Finding } from "../base/events.ts"
import type { CibElement } from "../model/inventory.ts"
import type { PlaceOf } from "./agents/checked.ts"
import { type Change, changesOf } from "./changes.ts"
import type { Cib } from "./cib.ts"
import type { DesiredResource } from "./desired.ts"
import { partKey } from "./parts/kinds.ts"
import { newWords, type Unknown, UPGRADE } from "./parts/new-words.ts"
import { isAtLeast, type SchemaVersion } from "./schema.ts"

/** What this schema, that of pacemaker 3, has no place for any more, and what to do instead. */
const DROPPED_WITH: SchemaVersion = [4, 0]
const DROPPED_META: Readonly<Record<string, string>> = { "restart-type": "an order constraint of the kind Mandatory" }
const DROPPED_OPTIONS: Readonly<Record<string, string>> = { can_fail: "on-fail", role_after_failure: "on-fail: demote" }
const DROPPED_CLASSES: Readonly<Record<string, string>> = {
  upstart: "the same as a systemd unit",
  nagios: "an OCF agent, or a guest node with a monitor of its own",
}
const DEMOTE_SINCE: SchemaVersion = [3, 4]
/** What an operation requires its resource has required since. */
const REQUIRES_UNTIL: SchemaVersion = [3, 0]

/** What the CIB's own schema, by `validate-with`, has no words for among what is to be written. The CIB is never upgraded for it. */
export function schemaFindings(
  changes: readonly Change[],
  { schema, resources, placeOf }: { schema: Cib["schema"]; resources: readonly DesiredResource[]; placeOf: PlaceOf },
): readonly Finding[] {
  if (schema === undefined) return []
  const written = new Set([
    ...changesOf(changes, "create-resource").map(({ resource }) => resource.id),
    ...changesOf(changes, "update-resource").map(({ have }) => have.id),
  ])
  const ours = resources.filter(({ id }) => written.has(id))
  const found = isAtLeast(schema, DROPPED_WITH)
    ? [...properties(changes), ...ours.flatMap((resource) => dropped(resource, placeOf))]
    : ours.flatMap((resource) => tooNew(resource, schema, placeOf))
  const elements = changesOf(changes, "create-constraint").flatMap(({ constraint }) =>
    constraint.type === "composed" ? [{ what: `constraint ${constraint.id}`, element: constraint.element }] : [],
  )
  const parts = [
    ...changesOf(changes, "create-part").map(({ part }) => part),
    ...changesOf(changes, "update-part").map(({ part }) => part),
  ].map((part) => ({ what: partKey(part), element: part.element }))
  const requiring = isAtLeast(schema, REQUIRES_UNTIL)
    ? [...ours.flatMap((resource) => requiringIn(resource, placeOf)), ...parts.flatMap(requiringOf)]
    : []
  const by = `pacemaker-${schema.join(".")}`
  return [...found, ...requiring, ...newWords([...elements, ...parts], schema)].map(({ what, hint }) => ({
    severity: "error",
    message: `${what}, which ${by}, the CIB's schema, does not know`,
    hint,
  }))
}

function properties(changes: readonly Change[]): readonly Unknown[] {
  const poweroff = changesOf(changes, "set").some(
    ({ name, value }) => name === "stonith-action" && value === "poweroff",
  )
  return poweroff ? [{ what: "the property stonith-action is poweroff", hint: "Write off, which means the same." }] : []
}

function dropped({ id, agent, meta, operations }: DesiredResource, placeOf: PlaceOf): readonly Unknown[] {
  const standard = agent.split(":")[0] ?? ""
  const options = operations.flatMap(({ name, options }) => Object.keys(options).map((option) => ({ name, option })))
  return [
    ...told(DROPPED_CLASSES[standard], `${placeOf(id)} ${id} is of the class ${standard}`),
    ...Object.keys(meta).flatMap((name) =>
      told(DROPPED_META[name], `${placeOf(id, ["meta", name])} ${id} has the meta attribute ${name}`),
    ),
    ...options.flatMap(({ name, option }) =>
      told(DROPPED_OPTIONS[option], `${placeOf(id, ["operations", name])} ${id} has ${option} at its ${name}`),
    ),
  ]
}

function told(instead: string | undefined, what: string): readonly Unknown[] {
  return instead === undefined ? [] : [{ what, hint: `Pacemaker 3 dropped it; write ${instead} instead.` }]
}

function tooNew({ id, operations }: DesiredResource, schema: SchemaVersion, placeOf: PlaceOf): readonly Unknown[] {
  if (isAtLeast(schema, DEMOTE_SINCE)) return []
  const demoting = operations.filter(({ options }) => options["on-fail"] === "demote")
  return demoting.map(({ name }) => ({
    what: `${placeOf(id, ["operations", name])} ${id} has on-fail: demote at its ${name}`,
    hint: UPGRADE,
  }))
}

function requiringIn({ id, operations }: DesiredResource, placeOf: PlaceOf): readonly Unknown[] {
  const requiring = operations.filter(({ options }) => options.requires !== undefined)
  return requiring.map(({ name }) => requires(`${placeOf(id, ["operations", name])} ${id}`, name))
}

/** Of a template's operations; other parts have none. */
function requiringOf({ what, element }: { what: string; element: CibElement }): readonly Unknown[] {
  const all = element.children.flatMap(({ name, children }) => (name === "operations" ? children : []))
  const requiring = all.filter(({ attributes }) => attributes.requires !== undefined)
  return requiring.map(({ attributes: { name = "" } }) => requires(what, name))
}

function requires(of: string, operation: string): Unknown {
  return { what: `${of} has requires at its ${operation}`, hint: "Write it in the meta of the resource instead." }
}
