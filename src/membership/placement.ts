import type { CrmStatus } from "../pacemaker/crm-mon.ts"

/** Where each resource runs. */
export type Placement = ReadonlyMap<string, readonly string[]>

export function placementOf({ resources }: CrmStatus): Placement {
  const places = new Map<string, readonly string[]>()
  for (const { id, active, nodes } of resources) {
    places.set(id, [...(places.get(id) ?? []), ...(active ? nodes : [])].sort())
  }
  return places
}

/** What is elsewhere than before, a line for each resource: `vip: controller1 → controller2`. */
export function movesBetween(before: Placement, after: Placement): readonly string[] {
  return [...after].flatMap(([resource, now]) => {
    const then = before.get(resource) ?? []
    const gone = then.filter((node) => !now.includes(node))
    const come = now.filter((node) => !then.includes(node))
    if (gone.length === 0 && come.length === 0) return []
    if (gone.length > 0 && come.length > 0) return [`${resource}: ${gone.join(", ")} → ${come.join(", ")}`]
    return [
      come.length > 0 ? `${resource}: started on ${come.join(", ")}` : `${resource}: stopped on ${gone.join(", ")}`,
    ]
  })
}
