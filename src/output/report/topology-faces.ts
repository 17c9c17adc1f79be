import type { Topology } from "../../base/events.ts"
import { count } from "../../base/words.ts"
import { isUnknown, placesIn, placesLeft } from "./places.ts"

interface Line {
  text: string
  look: "name" | "dim" | "new" | "bad"
}

/** What a box is at one moment: its lines, and how it looks. */
export interface Face {
  look: string
  lines: readonly Line[]
}

/** More names than these are counted in a box; its title has them all, and so have the tables. */
const MOST = 6

/** Of what is not there, none. `before`: what it is compared with. */
type FaceOf = (names: readonly string[], topology: Topology, before: Topology | undefined) => Face | undefined

/** What is held in the same places, or one VIP: its address, and what is the matter with where it is. */
export const heldFace: FaceOf = (names, topology, before) => {
  const what = names[0]!
  const one = topology.held.find((held) => held.what === what)
  if (one === undefined) return undefined
  const isVip = one.address !== undefined
  const isSplit = isVip && one.on.length > 1
  const left = placesLeft(before, topology, what)
  const lines: readonly (Line | undefined)[] = [
    ...counted(names.map((text) => ({ text, look: "name" }))),
    one.address === undefined ? undefined : { text: one.address, look: "dim" },
    isSplit ? { text: `on ${count(one.on.length, "node")} at once`, look: "bad" } : awayLine(topology, what),
    left === undefined ? undefined : { text: left, look: "new" },
  ]
  const state = isSplit ? " split" : one.on.length === 0 ? " away" : ""
  return { look: `${isVip ? "vip" : "resource"}${state}`, lines: lines.filter((line) => line !== undefined) }
}

function awayLine(topology: Topology, what: string): Line | undefined {
  if (isUnknown(topology, what)) return { text: "unknown where", look: "dim" }
  return placesIn(topology, what).length === 0 ? { text: "nowhere", look: "bad" } : undefined
}

/** Nodes as the cluster has them, and had them if that is another state. */
export const nodeFace: FaceOf = (names, { nodes }, before) => {
  const [name] = names
  const node = nodes.find((one) => one.name === name)
  if (node === undefined) return undefined
  const { state } = node
  const was = before?.nodes.find((one) => one.name === name)?.state
  const changed = was !== undefined && was !== state
  const said = [state, changed ? `was ${was}` : undefined].filter((word) => word !== undefined).join(", ")
  return {
    look: state === undefined || state === "in service" ? "node" : "node away",
    lines: [
      ...counted(names.map((text) => ({ text, look: "name" }))),
      ...(said === "" ? [] : [{ text: said, look: changed ? "new" : "dim" } as const]),
    ],
  }
}

/** Services of the same VIP and the same members, with their ports. */
export const servicesFace: FaceOf = (names, { services }, before) => {
  const own = services.filter(({ name }) => names.includes(name))
  if (own.length === 0) return undefined
  const isNew = (name: string) => before !== undefined && !before.services.some((one) => one.name === name)
  const lines = own.map(({ name, port }): Line => {
    const words = `${name} :${port}`
    return isNew(name) ? { text: `+ ${words}`, look: "new" } : { text: words, look: "name" }
  })
  return { look: "services", lines: counted(lines) }
}

function counted(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MOST) return lines
  return [...lines.slice(0, MOST - 1), { text: `and ${lines.length - MOST + 1} more`, look: "dim" }]
}
