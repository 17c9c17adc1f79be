import type { Finding } from "../../base/events.ts"
import { nearest } from "../../base/nearest.ts"
import type { Operation } from "../../model/resource.ts"
import { durationMs } from "../values.ts"
import { type Checked, error, type PlaceOf } from "./checked.ts"
import type { AgentMetadata } from "./metadata.ts"

/** Operations that the agent does not have. */
export function operationFindings(checked: Checked, { actions }: AgentMetadata, placeOf: PlaceOf): readonly Finding[] {
  const { resource, operations } = checked
  const names = new Set([...actions.flatMap(({ name }) => name ?? []), "start", "stop", "monitor"])
  return operations
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => {
      const near = nearest(name, names)
      const message = `${placeOf(resource.id, ["operations", name])} ${resource.id}: ${resource.agent} has no operation ${name}`
      return error(
        near === undefined ? message : `${message}; did you mean ${near}?`,
        `It has ${[...names].join(", ")}.`,
      )
    })
}

/** Pacemaker knows an operation by its name and interval, and takes the first of two. */
export function doubledOperations({ resource }: Checked, placeOf: PlaceOf): readonly Finding[] {
  const { id, operations } = resource
  const key = ({ name, options: { interval = "0" } }: Operation) => `${name} ${durationMs(interval) ?? interval}`
  const doubled = operations.filter((one, at) => operations.findIndex((other) => key(other) === key(one)) < at)
  return doubled.map(({ name, options }) => {
    const message = `${placeOf(id, ["operations", name])} ${id} has the operation ${name} twice with the interval ${options.interval ?? "0s"}`
    return error(message, "Pacemaker would take the first alone; give one of them another interval.")
  })
}

/** Ids that somebody chose for an operation, and that something else has. */
export function takenIds(
  { resource: { id: resource }, operations }: Checked,
  ids: ReadonlySet<string>,
  placeOf: PlaceOf,
): readonly Finding[] {
  const chosen = operations.flatMap(({ name, options: { id } }) => (id === undefined ? [] : [{ name, id }]))
  const taken = chosen.filter(({ id }, at) => ids.has(id) || chosen.findIndex((other) => other.id === id) < at)
  return taken.map(({ name, id }) => {
    const message = `${placeOf(resource, ["operations", name])} ${resource}: the id ${id} of its ${name} is something else's already`
    return error(message, "Leave the id out, and it gets one of its own.")
  })
}
