import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import type { Topology } from "../../../src/base/events.ts"
import { KINDS, topologyGraph } from "../../../src/output/report/topology-graph.ts"
import { layoutTopology, type Place } from "../../../src/output/report/topology-layout.ts"

/** Of each property: an example takes some 10 ms. */
const RUNS = { numRuns: 20 }
const HOSTS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "контроллер", "コントローラー", "__proto__"]
const names = (from: readonly string[], maxLength = 4) => fc.uniqueArray(fc.constantFrom(...from), { maxLength })
const held = fc.uniqueArray(
  fc.record(
    { what: fc.string(), address: fc.ipV4(), on: names(HOSTS), unknown: fc.constant(true as const) },
    { requiredKeys: ["what", "on"] },
  ),
  { selector: ({ what }) => what, maxLength: 12 },
)
const services = fc.uniqueArray(
  fc.record(
    { name: fc.string(), vip: fc.string(), port: fc.nat(), members: names(HOSTS) },
    { requiredKeys: ["name", "port"] },
  ),
  { selector: ({ name }) => name, maxLength: 12 },
)
const nodes = names(HOSTS, HOSTS.length).map((all) => all.map((name) => ({ name, state: "in service" })))
/** As journals have them: most services are reached by a VIP that is held. */
const topology: fc.Arbitrary<Topology> = fc.record({ nodes, held, services }).map(({ services, ...rest }) => ({
  ...rest,
  services: services.map((one, at) => (at % 3 === 0 ? one : { ...one, vip: rest.held[at % 5]?.what })),
}))

const laidOut = (before: Topology | undefined, after: Topology) => {
  const graph = topologyGraph(before, after)
  return { ...graph, ...layoutTopology(graph) }
}
const apart = (one: Place, other: Place) =>
  one.x + one.width <= other.x ||
  other.x + other.width <= one.x ||
  one.y + one.height <= other.y ||
  other.y + other.height <= one.y

describe("the layout of who holds what", () => {
  test.prop([fc.option(topology, { nil: undefined }), topology], RUNS)(
    "has a column for each kind, no box over another, and all of it in its frame",
    (before, after) => {
      const { boxes, places, frame } = laidOut(before, after)
      expect(new Set(boxes.map(({ id }) => id)).size).toBe(boxes.length)
      const all = boxes.map(({ id, kind }) => ({ kind, place: places.get(id)! }))
      for (const [at, { place }] of all.entries()) {
        for (const other of all.slice(at + 1)) expect(apart(place, other.place)).toBe(true)
        expect(place.y).toBeGreaterThan(frame.y)
        expect(place.y + place.height).toBeLessThan(frame.y + frame.height)
      }
      const lefts = KINDS.map(
        (kind) => new Set(all.filter((one) => one.kind === kind).map(({ place }) => Math.round(place.x))),
      )
      for (const column of lefts) expect(column.size).toBeLessThanOrEqual(1)
      const tops = all.flatMap(({ kind, place }) => (kind === "node" ? [place.y] : []))
      expect(tops).toEqual(tops.toSorted((one, other) => one - other))
      const order = lefts.flatMap((column) => [...column])
      expect(order).toEqual(order.toSorted((one, other) => one - other))
    },
  )

  test.prop([fc.option(topology, { nil: undefined }), topology], RUNS)(
    "leads each edge from side to side, and through no box",
    (before, after) => {
      const { boxes, paths, places } = laidOut(before, after)
      const isPassed = boxes.some(({ kind }) => kind === "held")
      for (const { kind, from, to, points } of paths) {
        const [start, end] = [points[0]!, points.at(-1)!]
        const [source, target] = [places.get(from)!, places.get(to)!]
        expect(start.x).toBeCloseTo(source.x + source.width)
        expect(end.x).toBeCloseTo(target.x)
        for (const [{ y }, { y: top, height }] of [
          [start, source],
          [end, target],
        ] as const) {
          expect(y).toBeGreaterThan(top)
          expect(y).toBeLessThan(top + height)
        }
        // In pairs: where it comes into a column, and where it leaves it.
        const between = points.slice(1, -1)
        expect(between).toHaveLength(kind === "member" && isPassed ? 2 : 0)
        for (const [at, { x, y }] of between.entries()) {
          if (at % 2 === 1) continue
          const width = between[at + 1]!.x - x
          for (const place of places.values()) expect(apart({ x, y, width, height: 0 }, place)).toBe(true)
        }
      }
    },
  )

  test.prop([fc.option(topology, { nil: undefined }), topology], RUNS)("is the same each time", (before, after) => {
    expect(laidOut(before, after)).toEqual(laidOut(before, after))
  })

  const COUNTED = Array.from({ length: 40 }, (_, at) => `node${at + 1}`)
  const LARGE: Topology = {
    nodes: COUNTED.map((name) => ({ name, state: "in service" })),
    held: [
      { what: "vip", address: "10.0.0.11", on: ["node1"] },
      ...Array.from({ length: 60 }, (_, at) => ({ what: `resource${at}`, on: COUNTED })),
    ],
    services: Array.from({ length: 50 }, (_, at) => ({ name: `s${at}`, vip: "vip", port: at, members: COUNTED })),
  }

  test("has what is alike in one box: many nodes, resources, services", () => {
    const { boxes, edges } = topologyGraph(LARGE, LARGE)
    expect(boxes.map(({ kind, names }) => [kind, names.length])).toEqual([
      ["services", 50],
      ["held", 1],
      ["held", 60],
      ["node", 1],
      ["node", 39],
    ])
    expect(edges.map(({ kind, from, to }) => `${from} ${kind} ${to}`)).toEqual([
      "s0 reached h0",
      "s0 member n0",
      "s0 member n1",
      "h0 holds n0",
      "h1 holds n0",
      "h1 holds n1",
    ])
    expect(boxes[4]!.faces.after!.lines.map(({ text }) => text)).toEqual([
      ...["node2", "node3", "node4", "node5", "node6", "and 34 more", "in service"],
    ])
  })

  test("leaves nodes in their own order", () => {
    const three: Topology = {
      nodes: ["c1", "c2", "c3"].map((name) => ({ name })),
      held: ["c3", "c1", "c2"].map((on, at) => ({ what: `vip${at}`, address: `10.0.0.${at}`, on: [on] })),
      services: [],
    }
    const { places } = laidOut(undefined, three)
    const tops = ["n0", "n1", "n2"].map((id) => places.get(id)!.y)
    expect(tops).toEqual(tops.toSorted((one, other) => one - other))
  })
})
