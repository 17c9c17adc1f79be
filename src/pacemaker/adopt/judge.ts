import type { Inventory } from "../../model/inventory.ts"
import type { Change } from "../changes.ts"
import { type Cib, refersTo } from "../cib.ts"
import { type DesiredResource, desiredCib } from "../desired.ts"
import { diffCib } from "../diff.ts"
import { driftOf } from "../drift.ts"
import { ownershipOf } from "../ownership.ts"
import { HAPROXY_CLONE, HAPROXY_RESOURCE } from "../section/vip-resources.ts"

/** What `up` would do to a CIB that an inventory was made from. */
export interface CibVerdict {
  /** Ids of the resources that it would make or change. */
  resources: ReadonlySet<string>
  /** Something of what the section haproxy makes, what ties it to VIPs included. */
  haproxy: boolean
  /** All of it in words. */
  words: readonly string[]
}

/** As if everything were haops' own, so that what differs shows as a change. Pure. */
export function judgeCib(inventory: Inventory, cib: Cib): CibVerdict {
  const wanted = desiredCib(inventory)
  if (wanted === undefined) return { resources: new Set(), haproxy: false, words: [] }
  const desired = { ...wanted, resources: wanted.resources.map((one) => withLiveSecrets(one, cib)) }
  const { changes, conflicts } = diffCib(desired, cib, ownershipOf(desired))
  const resources = new Set(changes.flatMap(idsOf))
  const clone = cib.resources.find(({ id }) => id === HAPROXY_RESOURCE)?.clone?.id ?? HAPROXY_CLONE
  const tied = new Set(changes.flatMap(namedIn))
  const drift = driftOf(changes, false).map(({ attribute, have, want }) => `${attribute}: ${have} would become ${want}`)
  return {
    resources,
    haproxy: [HAPROXY_RESOURCE, HAPROXY_CLONE, clone].some((id) => resources.has(id) || tied.has(id)),
    words: [...drift, ...conflicts.map(({ message }) => message)],
  }
}

/** The inventory has a file in their place, with what the cluster has now. */
function withLiveSecrets(resource: DesiredResource, cib: Cib): DesiredResource {
  const live = cib.resources.find(({ id }) => id === resource.id)?.parameters ?? {}
  const known = Object.keys(resource.secrets ?? {}).map((name) => [name, live[name] ?? ""])
  return { ...resource, parameters: { ...resource.parameters, ...Object.fromEntries(known) } }
}

function idsOf(change: Change): readonly string[] {
  switch (change.type) {
    case "create-resource":
    case "clone":
      return [change.resource.id]
    case "join-group":
      return [change.resource]
    case "create-constraint":
    case "delete-constraint":
    case "create-part":
    case "update-part":
    case "delete-part":
    case "set":
    case "unset":
    case "unseed":
      return []
    default:
      return [change.have.id]
  }
}

function namedIn(change: Change): readonly string[] {
  return change.type === "create-constraint" ? refersTo(change.constraint) : []
}
