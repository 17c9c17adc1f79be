import type { Finding } from "../../base/events.ts"
import type { Operation } from "../../model/resource.ts"
import { type Change, changesOf, type OperationChange } from "../changes.ts"
import type { DesiredResource } from "../desired.ts"
import { doubledOperations, operationFindings, takenIds } from "./check-operations.ts"
import { parameterFindings, requiredFindings } from "./check-parameters.ts"
import { idleTimeouts } from "./check-timeouts.ts"
import type { Checked, PlaceOf } from "./checked.ts"
import { type Agents, agentName } from "./metadata.ts"

interface Known {
  /** All that are wanted. */
  resources: readonly DesiredResource[]
  agents: Agents
  /** Every id of the configuration. */
  ids: ReadonlySet<string>
  placeOf: PlaceOf
}

/**
 * What agents have against the resources that are to be made or changed, by their own metadata: pacemaker itself would take an agent that
 * no node has, and a parameter that no agent knows, without a word.
 */
export function agentFindings(
  changes: readonly Change[],
  { resources, agents, ids, placeOf }: Known,
): readonly Finding[] {
  return checkedIn(changes, resources).flatMap((checked) => {
    const answer = agents.get(agentName(checked.resource.agent))
    const doubled = [...doubledOperations(checked, placeOf), ...takenIds(checked, ids, placeOf)]
    if (answer === undefined || answer === "absent") return doubled
    if (answer === "unreadable") return [unreadable(checked, placeOf), ...doubled]
    return [
      ...parameterFindings(checked, answer, placeOf),
      ...requiredFindings(checked, answer, placeOf),
      ...operationFindings(checked, answer, placeOf),
      ...idleTimeouts(checked, answer, placeOf),
      ...doubled,
    ]
  })
}

function checkedIn(changes: readonly Change[], resources: readonly DesiredResource[]): readonly Checked[] {
  const made = changesOf(changes, "create-resource").map(({ resource }): Checked => {
    const { parameters, operations } = resource
    return { resource, parameters, lost: [], operations, isNew: true }
  })
  const changed = changesOf(changes, "update-resource").flatMap(({ have, parameters, operations }): Checked[] => {
    const resource = resources.find(({ id }) => id === have.id)
    if (resource === undefined) return []
    const { set, unset } = parameters
    return [{ resource, parameters: set, lost: unset, operations: operations.map(withoutOwnId), isNew: false }]
  })
  return [...made, ...changed]
}

/** The id that it has is taken by nobody else. */
function withoutOwnId({ have, want }: OperationChange): Operation {
  const { id, ...options } = want.options
  return id === undefined || id !== have?.id ? want : { ...want, options }
}

function unreadable({ resource: { id, agent } }: Checked, placeOf: PlaceOf): Finding {
  const message = `${placeOf(id)} ${id}: what ${agent} says of itself cannot be read, so its parameters are not checked`
  return { severity: "warning", message }
}
