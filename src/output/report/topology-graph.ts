import type { Topology } from "../../base/events.ts"
import { placesIn, placesLeft } from "./places.ts"
import { type Face, heldFace, nodeFace, servicesFace } from "./topology-faces.ts"

export type Moment = "before" | "after"

/** Each has a column, from left to right. */
export const KINDS = ["services", "held", "node"] as const

export interface Box {
  id: string
  kind: (typeof KINDS)[number]
  /** Everything that it stands for. */
  names: readonly string[]
  /** Undefined where there was none at that moment. */
  faces: Readonly<Record<Moment, Face | undefined>>
}

/** `reached`: services by a VIP. `holds`: something on a node. `member`: services hand on to a node. */
export interface Edge {
  kind: "reached" | "holds" | "member"
  from: string
  to: string
  at: Readonly<Record<Moment, boolean>>
  /** What is held has come there, or has left, where both moments are known. */
  moved: boolean
}

export interface TopologyGraph {
  boxes: readonly Box[]
  edges: readonly Edge[]
}

/** So many nodes of which the same is to be said share a box. */
const CROWD = 5

/**
 * Who holds what, before and after, as boxes and what joins them: services, by what they are reached, and on which nodes that is. What has
 * the same edges at both moments shares a box, but for VIPs, and for nodes that are few.
 */
export function topologyGraph(before: Topology | undefined, after: Topology): TopologyGraph {
  const moments = { before, after }
  const held = groups(
    union(moments, ({ held }) => held.map(({ what }) => what)),
    (what) => (isVip(moments, what) ? `vip ${what}` : edgesKey(moments, what)),
  ).map((names, at): Box => ({ id: `h${at}`, kind: "held", names, faces: faces(moments, heldFace, names) }))
  const services = groups(
    union(moments, ({ services }) => services.map(({ name }) => name)),
    (name) => serviceKey(moments, name),
  ).map((names, at): Box => ({ id: `s${at}`, kind: "services", names, faces: faces(moments, servicesFace, names) }))
  const nodes = nodesApart(
    union(moments, ({ nodes }) => nodes.map(({ name }) => name)),
    (name) => nodeKey(moments, name),
  ).map((names, at): Box => ({ id: `n${at}`, kind: "node", names, faces: faces(moments, nodeFace, names) }))
  return { boxes: [...services, ...held, ...nodes], edges: edgesOf(moments, { services, held, nodes }) }
}

type Columns = Readonly<Record<"services" | "held" | "nodes", readonly Box[]>>
type Moments = Readonly<Record<Moment, Topology | undefined>> & { after: Topology }

/** Whether something joins what is in a box to a VIP, or to a node. */
type Joined = (topology: Topology, from: readonly string[], to: string) => boolean

const RULES: Readonly<Record<Edge["kind"], Joined>> = {
  reached: ({ services }, from, to) => services.some(({ name, vip }) => vip === to && from.includes(name)),
  member: ({ services }, from, to) =>
    services.some(({ name, members = [] }) => from.includes(name) && members.includes(to)),
  holds: (topology, [what = ""], to) => placesIn(topology, what).includes(to),
}

function edgesOf({ before, after }: Moments, { services, held, nodes }: Columns): readonly Edge[] {
  const join = (kind: Edge["kind"], all: readonly Box[], others: readonly Box[]) =>
    all.flatMap((from) =>
      others.map((to): Edge => {
        const is = (topology: Topology) => RULES[kind](topology, from.names, to.names[0]!)
        const at = { before: before !== undefined && is(before), after: is(after) }
        const hasLeft = kind === "holds" && placesLeft(before, after, from.names[0]!) !== undefined
        return { kind, from: from.id, to: to.id, at, moved: hasLeft && at.before !== at.after }
      }),
    )
  const edges = [...join("reached", services, held), ...join("member", services, nodes), ...join("holds", held, nodes)]
  return edges.filter(({ at }) => at.before || at.after)
}

function faces({ before, after }: Moments, face: typeof heldFace, names: readonly string[]): Box["faces"] {
  return { before: before && face(names, before, undefined), after: face(names, after, before) }
}

function union({ before, after }: Moments, of: (topology: Topology) => readonly string[]): readonly string[] {
  return [...new Set([...of(after), ...(before === undefined ? [] : of(before))])]
}

/** Those of one key together, in the order of the first of each. */
function groups(names: readonly string[], keyOf: (name: string) => string): readonly (readonly string[])[] {
  const found = new Map<string, string[]>()
  for (const name of names) found.set(keyOf(name), [...(found.get(keyOf(name)) ?? []), name])
  return [...found.values()]
}

function nodesApart(names: readonly string[], keyOf: (name: string) => string): readonly (readonly string[])[] {
  const crowds = groups(names, keyOf).filter(({ length }) => length >= CROWD)
  return names.flatMap((name) => {
    const crowd = crowds.find((one) => one.includes(name))
    if (crowd === undefined) return [[name]]
    return crowd[0] === name ? [crowd] : []
  })
}

/** How it is and was, and what is joined to it. */
function nodeKey({ before, after }: Moments, name: string): string {
  const said = [before, after].map((topology) => {
    const { nodes = [], held = [], services = [] } = topology ?? {}
    return [
      nodes.find((node) => node.name === name),
      held.filter(({ on }) => on.includes(name)).map(({ what }) => what),
      services.filter(({ members = [] }) => members.includes(name)).map((service) => service.name),
    ]
  })
  return JSON.stringify(said, (key, value) => (key === "name" ? undefined : value))
}

function isVip({ before, after }: Moments, what: string): boolean {
  return [after, before].some((topology) =>
    topology?.held.some((one) => one.what === what && one.address !== undefined),
  )
}

/** Where it is and was; not there at all is another thing than nowhere. */
function edgesKey({ before, after }: Moments, what: string): string {
  const of = (topology: Topology | undefined) => topology?.held.find((one) => one.what === what)
  return JSON.stringify([before, after].map(of).map((one) => one && [[...one.on].sort(), one.unknown]))
}

/** By what it is reached, and who of the nodes serves it. */
function serviceKey({ before, after }: Moments, name: string): string {
  const found = [...after.services, ...(before?.services ?? [])].find((one) => one.name === name)
  const members = found?.members?.filter((member) => after.nodes.some((node) => node.name === member)) ?? []
  return JSON.stringify([found?.vip, [...members].sort()])
}
