import type { Finding } from "../base/events.ts"
import type { AttributeChange, Change } from "./changes.ts"
import type { Attributes, Cib, CibResource } from "./cib.ts"
import { describeDifferences } from "./describe-change.ts"
import type { Desired, DesiredResource } from "./desired.ts"
import { diffOperations, leftOff } from "./diff-operation.ts"
import type { Ownership } from "./ownership.ts"
import { sameValue } from "./values.ts"

export interface PartDiff {
  changes: readonly Change[]
  conflicts: readonly Finding[]
  notes: readonly string[]
}

/** What operators set on a resource in passing (`pcs resource disable`, `unmanage`): theirs, unless the inventory names it. */
export const OPERATORS: readonly string[] = ["target-role", "is-managed", "maintenance"]

/** Resources to create, update, clone and delete. Group membership is a matter of its own. */
export function diffResources(desired: Desired, cib: Cib, owned: Ownership): PartDiff {
  const have = new Map(cib.resources.map((resource) => [resource.id, resource]))
  const wanted = new Map(desired.resources.map((resource) => [resource.id, resource]))
  const changes: Change[] = []
  const conflicts: Finding[] = []
  for (const want of desired.resources) {
    const one = have.get(want.id)
    const differences = one === undefined ? create(want) : compare(want, one)
    const obstacle =
      one === undefined
        ? occupied(want, cib)
        : (foreignDiffers(want, owned, differences) ?? cloneOccupied(want, one, cib, differences))
    if (obstacle) conflicts.push(obstacle)
    else changes.push(...differences)
  }
  const stale = cib.resources.filter(({ id }) => owned.resource.has(id) && !wanted.has(id))
  changes.push(...stale.map((resource): Change => ({ type: "delete-resource", have: resource })))
  const notes = cib.resources.flatMap((resource) => operatorNotes(wanted.get(resource.id), resource))
  return { changes, conflicts, notes }
}

function create(want: DesiredResource): Change[] {
  return [{ type: "create-resource", resource: want }]
}

function compare(want: DesiredResource, have: CibResource): Change[] {
  // Another agent is another resource, as is one inside a container: nothing of the old one carries over.
  if (agentName(want.agent) !== agentName(have.agent) || want.bundle !== have.bundle)
    return [{ type: "delete-resource", have }, ...create(want)]
  const parameters = diffAttributes(want.parameters, have.parameters, (a, b) => a === b, [])
  const meta = diffAttributes(want.meta, have.meta, sameValue, OPERATORS)
  const operations = diffOperations(want.operations, have.operations, { resting: isResting(have) })
  const changed = !isEmpty(parameters) || !isEmpty(meta) || operations.length > 0
  return [
    ...(changed ? [{ type: "update-resource" as const, have, parameters, meta, operations }] : []),
    ...compareClone(want, have),
  ]
}

function compareClone(want: DesiredResource, have: CibResource): Change[] {
  const clone = have.clone
  if (want.clone === undefined) return clone === undefined ? [] : [{ type: "unclone", have, clone }]
  const anew: Change = { type: "clone", resource: want, clone: want.clone }
  if (clone === undefined) return [anew]
  if (clone.id !== want.clone.id || clone.promotable !== want.clone.promotable) {
    const set = Object.entries(clone.meta).filter(([name]) => OPERATORS.includes(name))
    const kept = { ...want.clone, meta: { ...Object.fromEntries(set), ...want.clone.meta } }
    return [
      { type: "unclone", have, clone },
      { ...anew, clone: kept },
    ]
  }
  const { promotable: _, ...wanted } = want.clone.meta
  const meta = diffAttributes(wanted, clone.meta, sameValue, OPERATORS)
  return isEmpty(meta) ? [] : [{ type: "update-clone", have, clone, meta }]
}

/** `ocf::heartbeat:IPaddr2` is what older tools print for `ocf:heartbeat:IPaddr2`. */
function agentName(agent: string): string {
  return agent.replace(/^ocf::/, "ocf:")
}

function diffAttributes(
  want: Attributes,
  have: Attributes,
  same: (a: string, b: string) => boolean,
  spared: readonly string[],
): AttributeChange {
  const wrong = Object.entries(want).filter(([name, value]) => have[name] === undefined || !same(have[name], value))
  const extra = Object.keys(have).filter((name) => !Object.hasOwn(want, name) && !spared.includes(name))
  return { set: Object.fromEntries(wrong), unset: extra }
}

function isEmpty({ set, unset }: AttributeChange): boolean {
  return Object.keys(set).length === 0 && unset.length === 0
}

/** The id of a resource to create may belong to something else already: a clone, a constraint, an attribute set. */
function occupied(want: DesiredResource, cib: Cib): Finding | undefined {
  const id = [want.id, want.clone?.id].find((one) => one !== undefined && cib.ids.has(one))
  if (id === undefined) return undefined
  return {
    severity: "error",
    message: `resource ${want.id} cannot be created: the cluster uses the id ${id} for something else`,
    hint: "Give the resource another name in the inventory, or remove what holds the id.",
  }
}

/** Nor may the id of a clone that is to be put around it. */
function cloneOccupied(
  { id, clone }: DesiredResource,
  have: CibResource,
  cib: Cib,
  changes: readonly Change[],
): Finding | undefined {
  const anew = changes.some(({ type }) => type === "clone") ? clone?.id : undefined
  if (anew === undefined || anew === have.clone?.id || !cib.ids.has(anew)) return undefined
  return {
    severity: "error",
    message: `resource ${id} cannot be cloned: the cluster uses the id ${anew} for something else`,
    hint: "Give the clone another id in the inventory, or remove what holds it.",
  }
}

function foreignDiffers(want: DesiredResource, owned: Ownership, changes: readonly Change[]): Finding | undefined {
  if (owned.resource.has(want.id) || changes.length === 0) return undefined
  return {
    severity: "error",
    message: `resource ${want.id} exists and was not created by haops; it differs: ${describeDifferences(changes)}`,
    hint: `Write into the inventory what the cluster has and haops adopts it, or remove it: pcs ${want.fencing ? "stonith" : "resource"} delete ${want.id}`,
  }
}

function operatorNotes(want: DesiredResource | undefined, have: CibResource): readonly string[] {
  if (want === undefined) return []
  const { id } = have
  const all = optionsOf(have)
  const off = leftOff(want.operations, have.operations, { resting: isResting(have) })
  return [
    ...handNotes(id, all),
    ...off.map(({ name, options }) => `${id}: its ${name} is switched off by an operator (enabled=${options.enabled})`),
  ]
}

/** What these meta attributes tell of an operator. */
export function handNotes(id: string, all: Attributes): readonly string[] {
  return [
    ...(all["target-role"] === "Stopped" ? [`${id}: disabled by an operator (target-role=Stopped)`] : []),
    ...(isUnmanaged(all) ? [`${id}: unmanaged by an operator (is-managed=${all["is-managed"]})`] : []),
    ...(isInMaintenance(all) ? [`${id}: put into maintenance by an operator`] : []),
  ]
}

/** An operator works on it by hand: `pcs resource unmanage --monitor` switches its monitor off, `manage --monitor` on. */
export function isResting(have: CibResource): boolean {
  const all = optionsOf(have)
  return isUnmanaged(all) || isInMaintenance(all)
}

function optionsOf({ meta, clone }: CibResource): Attributes {
  return { ...clone?.meta, ...meta }
}

function isUnmanaged({ "is-managed": managed }: Attributes): boolean {
  return !!managed && sameValue(managed, "false")
}

function isInMaintenance({ maintenance }: Attributes): boolean {
  return !!maintenance && sameValue(maintenance, "true")
}
