import type { Topology } from "../../base/events.ts"
import { count } from "../../base/words.ts"
import { type Html, html } from "./html.ts"
import { type Box, type Edge, KINDS, type Moment, topologyGraph } from "./topology-graph.ts"
import {
  LINE,
  layoutTopology,
  PADDING,
  type Path,
  type Place,
  type TopologyLayout,
  wordsIn,
} from "./topology-layout.ts"

/** A small picture is not blown up. */
const WIDTH = 1000
/** For the names of the columns. */
const HEAD = 22

const TITLES = { before: "Before", after: "After" } as const
const COLUMNS = { services: "services", held: "VIPs and resources", node: "nodes" } as const

/**
 * Services, what is held, and nodes, and edges between them; before and after with everything in the same place. What has come is drawn
 * bold, and dashed where it was.
 */
export function topologyPictures(before: Topology | undefined, after: Topology): Html {
  const graph = topologyGraph(before, after)
  const drawn = layoutTopology(graph)
  const first = before === undefined ? html`` : pictureOf("before", before, graph.boxes, drawn)
  return html`${first}${pictureOf("after", after, graph.boxes, drawn)}${legendOf(graph.edges)}`
}

function pictureOf(
  moment: Moment,
  { nodes, held }: Topology,
  all: readonly Box[],
  { places, paths, frame }: TopologyLayout,
) {
  const boxes = all.filter(({ faces }) => faces[moment] !== undefined)
  const isThere = (id: string) => boxes.some((box) => box.id === id)
  const edges = paths.filter(({ from, to }) => isThere(from) && isThere(to)).map((path) => pathOf(path, moment))
  const width = Math.max(WIDTH, frame.width)
  const [x, y] = [frame.x + (frame.width - width) / 2, frame.y - HEAD]
  const below = held.length === 0 ? "who hold nothing" : "the table below says who holds what"
  const label = `${TITLES[moment]}: ${count(nodes.length, "node")}; ${below}`
  return html`<figure class="wide"><figcaption>${TITLES[moment]}</figcaption><svg role="img" aria-label="${label}" viewBox="${[x, y, width, frame.height + HEAD].map(fixed).join(" ")}">${headsOf(boxes, places, frame.y - 8)}${edges}${boxes.map((box) => boxOf(box, moment, places.get(box.id)!))}</svg></figure>`
}

function pathOf(path: Path, moment: Moment): Html {
  const { kind, at, moved } = path
  const isNews = moved && moment === "after"
  if (!at[moment] && !isNews) return html``
  const look = isNews ? `${kind} ${at.after ? "come" : "gone"}` : kind
  const { x, y } = path.points.at(-1)!
  return html`<path class="${look}" d="${curve(path)}"/><path class="tip ${look}" d="M${fixed(x)} ${fixed(y)}l-7 -4v8z"/>`
}

function headsOf(boxes: readonly Box[], places: ReadonlyMap<string, Place>, y: number): readonly Html[] {
  return KINDS.flatMap((kind) => {
    const first = boxes.find((box) => box.kind === kind)
    return first === undefined
      ? []
      : [html`<text class="dim" x="${fixed(places.get(first.id)!.x)}" y="${fixed(y)}">${COLUMNS[kind]}</text>`]
  })
}

function boxOf({ names, faces }: Box, moment: Moment, { x, y, width, height }: Place): Html {
  const { look, lines } = faces[moment]!
  const words = lines.map(
    (line, at) => html`<text class="${line.look}" x="${PADDING}" y="${(at + 1) * LINE}">${wordsIn(line.text)}</text>`,
  )
  return html`<g transform="translate(${fixed(x)} ${fixed(y)})"><title>${names.join(", ")}</title><rect class="${look}" width="${fixed(width)}" height="${fixed(height)}" rx="6"/>${words}</g>`
}

/** Level where it ends and where it crosses a column. */
function curve({ points }: Path): string {
  const [start, ...rest] = points as [Path["points"][number], ...Path["points"]]
  let from = start
  const parts = rest.map((to) => {
    const middle = fixed((from.x + to.x) / 2)
    const part = `C${middle} ${fixed(from.y)} ${middle} ${fixed(to.y)} ${fixed(to.x)} ${fixed(to.y)}`
    from = to
    return part
  })
  return `M${fixed(start.x)} ${fixed(start.y)}${parts.join("")}`
}

function legendOf(edges: readonly Edge[]): Html {
  const said = [
    edges.some(({ moved, at }) => moved && at.after) ? ["Bold: where it has come to."] : [],
    edges.some(({ moved, at }) => moved && at.before) ? ["Dashed: where it was."] : [],
    edges.some(({ kind }) => kind === "member") ? ["Dotted: who serves it, behind haproxy."] : [],
  ].flat()
  return said.length === 0 ? html`` : html`<p>${said.join(" ")}</p>`
}

function fixed(value: number): string {
  return value.toFixed(1)
}
