import { Graph, layout } from "@dagrejs/dagre"
import { displayWidth, truncate } from "../width.ts"
import { type Box, type Edge, KINDS, type TopologyGraph } from "./topology-graph.ts"

/** Longer words are cut; the box's title and the tables have them whole. */
const COLUMNS = 32
/** Of a letter at the size and weight of the text in a picture, and of a line. */
const LETTER = 7.8
export const LINE = 16
/** Between a box and what is in it. */
export const PADDING = 10

/** Around everything, for the thickness of lines. */
const EDGE = 2

export interface Place {
  x: number
  y: number
  width: number
  height: number
}

/** From the right side of a box to the left side of another; between them points in pairs, where it crosses a column. */
export interface Path extends Edge {
  points: readonly { x: number; y: number }[]
}

export interface TopologyLayout {
  places: ReadonlyMap<string, Place>
  paths: readonly Path[]
  /** What all of it is in. */
  frame: Place
}

/**
 * Where everything is drawn, the same for both moments, so that what differs is what has changed: services, what is held, nodes, a column
 * each, the nodes in their own order and everything else such that few edges cross.
 */
export function layoutTopology({ boxes, edges }: TopologyGraph): TopologyLayout {
  const drawn = laidOut(boxes, edges)
  const places = new Map(boxes.map(({ id }) => [id, cornered(drawn.node(id))]))
  const crossed = edges.map((edge) => ({ ...edge, points: crossings(drawn.edge(edge.from, edge.to).points, places) }))
  const paths = withEnds(crossed, places)
  return { places, paths, frame: frameOf([...places.values()], paths) }
}

/** What is used of dagre's graph, whose own types TypeScript does not find from a module. */
interface Drawn {
  node(id: string): Place & { order?: number }
  edge(from: string, to: string): { points: Path["points"] }
}

function laidOut(boxes: readonly Box[], edges: readonly Edge[]): Drawn {
  const graph = new Graph()
  graph.setGraph({ rankdir: "LR", nodesep: 14, edgesep: 8, ranksep: 80 })
  for (const box of boxes) graph.setNode(box.id, sizeOf(box, boxes))
  const columns = KINDS.map((kind) => boxes.filter((box) => box.kind === kind).map(({ id }) => id))
  const ranks = columns.filter(({ length }) => length > 0)
  for (const { from, to } of edgesThatAlign(ranks)) graph.setEdge(from, to, { weight: 0.01 })
  const rankOf = (id: string) => ranks.findIndex((ids) => ids.includes(id))
  for (const { from, to } of edges) graph.setEdge(from, to, { minlen: rankOf(to) - rankOf(from) })
  const nodes = columns[2]!
  const constraints = nodes.slice(1).map((right, at) => ({ left: nodes[at]!, right }))
  // It does not always keep to them. Nothing else is in the last column.
  const customOrder = (ranked: Drawn, order: (ranked: Drawn, options: object) => void) => {
    order(ranked, { constraints })
    for (const [at, id] of nodes.entries()) ranked.node(id).order = at
  }
  layout(graph, { constraints, customOrder })
  return graph
}

export function wordsIn(text: string): string {
  return truncate(text, COLUMNS)
}

/** As wide as the widest of its column, and as high as the higher of its faces. */
function sizeOf({ kind, faces }: Box, boxes: readonly Box[]): { width: number; height: number } {
  const facesOf = (of: Box["faces"]) => [of.before, of.after].filter((face) => face !== undefined)
  const all = boxes.filter((box) => box.kind === kind).flatMap((box) => facesOf(box.faces))
  const widest = Math.max(...all.flatMap(({ lines }) => lines.map(({ text }) => displayWidth(wordsIn(text)))))
  const most = Math.max(...facesOf(faces).map(({ lines }) => lines.length))
  return { width: Math.ceil(widest * LETTER) + 2 * PADDING, height: most * LINE + PADDING }
}

/** Such that each column is one, whatever joins what is in it: from the first of each to all of the next, and from all of each to the first. */
function edgesThatAlign(columns: readonly (readonly string[])[]): readonly { from: string; to: string }[] {
  return columns.slice(1).flatMap((right, at) => {
    const left = columns[at]!
    return [...right.map((to) => ({ from: left[0]!, to })), ...left.map((from) => ({ from, to: right[0]! }))]
  })
}

/** Dagre says where the middle is. */
function cornered({ x, y, width, height }: Place): Place {
  return { x: x - width / 2, y: y - height / 2, width, height }
}

/** Edges may go around everything else. */
function frameOf(places: readonly Place[], paths: readonly Path[]): Place {
  const edges = paths.flatMap(({ points }) => points.map(({ y }) => y))
  const top = Math.min(...places.map(({ y }) => y), ...edges) - EDGE
  const bottom = Math.max(...places.map(({ y, height }) => y + height), ...edges) + EDGE
  const left = Math.min(...places.map(({ x }) => x)) - EDGE
  const right = Math.max(...places.map(({ x, width }) => x + width)) + EDGE
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Where an edge crosses a column: dagre has a point in the middle of it, and others between columns. */
function crossings(points: Path["points"], places: ReadonlyMap<string, Place>): Path["points"] {
  return points.slice(1, -1).flatMap(({ x, y }) => {
    const column = [...places.values()].find((place) => place.x < x && x < place.x + place.width)
    return column === undefined
      ? []
      : [
          { x: column.x, y },
          { x: column.x + column.width, y },
        ]
  })
}

/** Ends apart from each other along the side of a box, in the order of where the edges come from or go to. */
function withEnds(paths: readonly Path[], places: ReadonlyMap<string, Place>): readonly Path[] {
  const middle = (id: string) => places.get(id)!.y + places.get(id)!.height / 2
  const along = (id: string, own: readonly Path[], path: Path, far: (one: Path) => number) => {
    const { y, height } = places.get(id)!
    return y + (height * (own.toSorted((one, other) => far(one) - far(other)).indexOf(path) + 1)) / (own.length + 1)
  }
  return paths.map((path) => {
    const { from, to, points } = path
    const outgoing = paths.filter((one) => one.from === from)
    const incoming = paths.filter((one) => one.to === to)
    const left = along(from, outgoing, path, (one) => one.points[0]?.y ?? middle(one.to))
    const right = along(to, incoming, path, (one) => one.points.at(-1)?.y ?? middle(one.from))
    const { x, width } = places.get(from)!
    return { ...path, points: [{ x: x + width, y: left }, ...points, { x: places.get(to)!.x, y: right }] }
  })
}
