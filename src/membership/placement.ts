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

/**
 * What is elsewhere than before, a line for each resource: `vip: controller1 → controller2`. Of a node that could not be asked nobody
 * knows what it stopped.
 */
export function movesBetween(before: Placement, after: Placement, unseen: readonly string[] = []): readonly string[] {
  return [...after].flatMap(([resource, now]) => {
    const then = before.get(resource) ?? []
    const gone = then.filter((node) => !now.includes(node))
    const come = now.filter((node) => !then.includes(node))
    if (gone.length === 0 && come.length === 0) return []
    if (gone.length > 0 && come.length > 0) return [`${resource}: ${gone.join(", ")} → ${come.join(", ")}`]
    if (come.length > 0) return [`${resource}: started on ${come.join(", ")}`]
    const lost = gone.filter((node) => unseen.includes(node))
    const stopped = gone.filter((node) => !unseen.includes(node))
    return [
      ...(stopped.length > 0 ? [`${resource}: stopped on ${stopped.join(", ")}`] : []),
      ...(lost.length > 0 ? [`${resource}: no longer counted on ${lost.join(", ")}, which could not be asked`] : []),
    ]
  })
}
