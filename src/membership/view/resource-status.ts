import type { Look } from "../../model/view.ts"
import type { CrmResource } from "../../pacemaker/crm-mon.ts"
import { resourceOf } from "../../pacemaker/operation.ts"
import { referenceView } from "../reference-view.ts"

export interface ResourceStatus {
  id: string
  agent: string
  /** `started`, `stopped`, `failed`, or on its way: `starting`, `stopping`, … */
  state: string
  nodes: readonly string[]
  failures: number
  managed: boolean
}

/** The copies of a clone are one line. */
export function resourceStatus(look: Look): readonly ResourceStatus[] {
  const { resources = [], failures = [] } = referenceView(look)?.status ?? {}
  const ids = [...new Set(resources.map(({ id }) => id))]
  return ids.map((id) => {
    const copies = resources.filter((resource) => resource.id === id)
    const failed = failures.filter(({ operation }) => resourceOf(operation) === id)
    return {
      id,
      agent: copies[0]?.agent ?? "",
      state: worstState(copies),
      nodes: [...new Set(copies.filter(({ active }) => active).flatMap(({ nodes }) => nodes))].sort(),
      failures: failed.length,
      managed: copies.every(({ managed }) => managed),
    }
  })
}

function worstState(copies: readonly CrmResource[]): string {
  if (copies.some(({ failed }) => failed)) return "failed"
  const moving = copies.find(({ role }) => role.endsWith("ing"))
  if (moving !== undefined) return moving.role.toLowerCase()
  return copies.some(({ active }) => active) ? "started" : "stopped"
}
