import type { Constraint } from "../../model/inventory.ts"

type Colocation = Extract<Constraint, { type: "colocation" }>
type Order = Extract<Constraint, { type: "order" }>
type Location = Extract<Constraint, { type: "location" }>

/** `resource` is placed with `with`. The default id is the one that pcs makes, so that a cluster built by hand matches. */
export function colocation(of: {
  resource: string
  with: string
  score?: string
  id?: string | undefined
}): Colocation {
  const { resource, with: other, score = "INFINITY" } = of
  return { type: "colocation", id: of.id ?? `colocation-${resource}-${other}-${score}`, resource, with: other, score }
}

type OrderDetails = { [Key in Exclude<keyof Order, "type" | "first" | "then">]?: Order[Key] | undefined }

/** `first` goes before `then`. Actions default to `start`, the kind to `Mandatory`, the id to the one that pcs makes. */
export function order(first: string, then: string, more: OrderDetails = {}): Order {
  const { kind = "Mandatory", firstAction = "start", thenAction = "start", symmetrical } = more
  const id = more.id ?? `order-${first}-${then}-${kind === "Mandatory" ? "mandatory" : kind}`
  return { type: "order", id, first, then, kind, firstAction, thenAction, symmetrical }
}

/** `resource` prefers `node`. The default id is the one that pcs makes. */
export function location(of: { resource: string; node: string; score?: string; id?: string | undefined }): Location {
  const { resource, node, score = "INFINITY" } = of
  return { type: "location", id: of.id ?? `location-${resource}-${node}-${score}`, resource, node, score }
}
