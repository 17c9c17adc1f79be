import { stripVTControlCharacters } from "node:util"
import { describe, expect, test } from "vitest"
import type { Topology, Transition } from "../../../src/base/events.ts"
import type { JournalEntry } from "../../../src/output/journal.ts"
import { drillsReport } from "../../../src/output/report/drills.ts"
import { topologySection } from "../../../src/output/report/topology.ts"

/** The cells of a page's tables, row by row. */
function cellsOf(html: string): readonly string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell!.replaceAll(/<[^>]*>/g, "")),
  )
}

/** What is drawn from box to box, picture by picture. */
const edgesOf = (html: string) =>
  [...html.matchAll(/<path class="((?:reached|member|holds)[^"]*)"/g)].map(([, look]) => look!)
const wordsOf = (html: string) => [...html.matchAll(/<li>([^<]*)</g)].map(([, words]) => words!)

const topology = (vip: string[], haproxy: string[], states: Readonly<Record<string, string>> = {}): Topology => ({
  nodes: ["c1", "c2"].map((name) => ({ name, state: states[name] ?? "in service" })),
  held: [
    { what: "vip", address: "10.0.0.11", on: vip },
    { what: "lb-haproxy", on: haproxy },
  ],
  services: [{ name: "web", vip: "vip", port: 80 }],
})
const MOVE: readonly Transition[] = [
  { resource: "vip", action: "move", from: "c1", node: "c2" },
  { resource: "lb-haproxy:0", action: "stop", from: "c1" },
]

describe("who held what", () => {
  test("before and after, beside what was predicted", () => {
    const { text } = topologySection(topology(["c1"], ["c1", "c2"]), topology(["c2"], ["c2"], { c1: "standby" }), MOVE)
    expect(cellsOf(text)).toEqual([
      ["", "before", "predicted", "after"],
      ["vip", "c1", "c2", "c2"],
      ["lb-haproxy", "c1 and c2", "c2", "c2"],
      ["service", "port", "reached by"],
      ["web", "80", "vip, on c2"],
    ])
    expect(text.match(/class="node( away)?"/g)).toEqual([
      'class="node"',
      'class="node"',
      'class="node away"',
      'class="node"',
    ])
    expect([...text.matchAll(/class="new"[^>]*>([^<]*)</g)].map(([, words]) => words)).toEqual([
      ...["was on c1", "no longer on c1", "standby, was in service"],
    ])
    expect(edgesOf(text)).toEqual([
      ...["reached", "holds", "holds", "holds"],
      ...["reached", "holds gone", "holds come", "holds gone", "holds"],
    ])
    expect(wordsOf(text)).toEqual(["vip: on c2, was on c1", "lb-haproxy: on c2, no longer on c1"])
  })

  test("where nothing moved, that is said, and nothing is drawn as news", () => {
    const { text } = topologySection(topology(["c1"], ["c1", "c2"]), topology(["c1"], ["c2", "c1"]), [])
    expect(text).toContain("Nothing is elsewhere than it was before.")
    expect(edgesOf(text)).toEqual(Array(2).fill(["reached", "holds", "holds", "holds"]).flat())
    expect(text).not.toContain("Bold")
  })

  test("a VIP on two nodes at once, and one that has gone nowhere", () => {
    const { text } = topologySection(topology(["c1"], ["c1"]), topology(["c1", "c2"], []), [])
    expect(wordsOf(text)).toEqual(["vip: on c1 and c2, was on c1", "lb-haproxy: nowhere, was on c1"])
    expect(text).toContain('class="vip split"')
    expect([...text.matchAll(/class="bad"[^>]*>([^<]*)</g)].map(([, words]) => words)).toEqual([
      ...["on 2 nodes at once", "nowhere"],
    ])
  })

  test("who serves what is behind a VIP, where the journal says so", () => {
    const served = {
      ...topology(["c1"], []),
      services: [{ name: "web", vip: "vip", port: 80, members: ["c2", "far"] }],
    }
    const { text } = topologySection(undefined, served, [])
    expect(edgesOf(text)).toEqual(["reached", "member", "holds"])
    expect(cellsOf(text).slice(-2)).toEqual([
      ["service", "port", "reached by", "served by"],
      ["web", "80", "vip, on c1", "c2 and far"],
    ])
  })

  test("of a cluster that holds nothing there is the picture alone, and no word of a table", () => {
    const { text } = topologySection(undefined, { ...topology([], []), held: [], services: [] }, [])
    expect(text.match(/<rect class="node"/g)).toHaveLength(2)
    expect(text).not.toMatch(/<table|table below/)
  })

  test("is said to be otherwise than predicted where it is, and what nobody spoke of stays", () => {
    const { text } = topologySection(topology(["c1"], ["c1"]), topology(["c1"], ["c1"]), MOVE.slice(0, 1))
    expect(cellsOf(text).slice(1, 3)).toEqual([
      ["vip", "c1", "c2", "c1, otherwise than predicted"],
      ["lb-haproxy", "c1", "stays", "c1"],
    ])
  })

  test("of a first run, whose before nobody knew, has what there is now", () => {
    const { text } = topologySection(undefined, topology([], ["c1"]), [])
    expect(text.match(/<svg /g)).toHaveLength(1)
    expect(cellsOf(text)[1]).toEqual(["vip", "nowhere"])
    expect(cellsOf(text).at(-1)).toEqual(["web", "80", "vip, nowhere"])
  })

  test("a VIP of which nobody could tell is not nowhere, nor new where it is seen again", () => {
    const all = topology(["c1"], ["c1"])
    const unseen = {
      ...all,
      held: all.held.map((one) => (one.what === "vip" ? { ...one, on: [], unknown: true as const } : one)),
    }
    const cells = (before: Topology, after: Topology) => cellsOf(topologySection(before, after, []).text)
    expect(cells(all, unseen)[1]).toEqual(["vip", "c1", "unknown"])
    expect(cells(all, unseen).at(-1)).toEqual(["web", "80", "vip, unknown"])
    expect(cells(unseen, all)[1]).toEqual(["vip", "unknown", "c1"])
    for (const [before, after] of [
      [unseen, all],
      [all, unseen],
    ] as const) {
      const { text } = topologySection(before, after, [])
      expect(text).toContain("Nothing is elsewhere")
      expect(edgesOf(text).filter((edge) => / /.test(edge))).toEqual([])
    }
  })

  test("takes names for text", () => {
    const odd = { ...topology(["c1"], []), nodes: [{ name: "c1" }, { name: "<b>\u001b[31m" }] }
    const { text } = topologySection(undefined, odd, [])
    expect(text).not.toMatch(/<b>/)
    expect(text).toBe(stripVTControlCharacters(text))
  })
})

function drill(
  day: string,
  kind: string,
  toMs: number,
  outcome: "done" | "failed" | undefined,
): readonly JournalEntry[] {
  const time = `2026-11-${day}T12:30:10.000Z`
  return [
    {
      ...{ type: "run", format: 1, time, runId: `2026-11-${day}T123010Z-8a6c`, verb: `drill ${kind}`, cluster: "lab" },
      ...{ inventory: "i", hosts: [], user: "me", from: "vm", haops: "1" },
    },
    {
      ...{ type: "drill", time, host: "c1", fault: "Killing haproxy on c1", at: "http://10.0.0.11/", limitMs: 3000 },
      answered: [
        [-50, -48],
        [toMs, toMs + 2],
      ],
      failed: [
        [0, 1],
        [50, 51],
      ],
      outages: [{ fromMs: 0, toMs }],
      marks: [],
      foretold: { place: ["c2"], seen: ["c1"], right: false },
    },
    ...(outcome === undefined ? [] : [{ type: "end" as const, time, outcome, ms: 9, recap: [] }]),
  ]
}

test("all drills over time: a strip a kind, a mark a drill as high as its outage, a row each, the last first", () => {
  const page = drillsReport([
    drill("22", "haproxy-kill", 4000, "failed"),
    drill("15", "haproxy-kill", 2000, "done"),
    drill("15", "standby", 100, undefined),
  ])
  expect([...page.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, title]) => title)).toEqual([
    "haproxy-kill on lab",
    "standby on lab",
    "Every drill",
  ])
  // 4 s are 90 high, below 14; a week is 920 wide.
  expect(
    [...page.matchAll(/class="event (\w+)" transform="translate\((\S+) (\S+)\)"/g)].map((match) => match.slice(1)),
  ).toEqual([
    ["back", "70.0", "59.0"],
    ["failed", "990.0", "14.0"],
    ["failed", "70.0", "101.0"],
  ])
  const charts = [...page.matchAll(/data-chart="([^"]*)"/g)].map(([, text]) =>
    JSON.parse(text!.replaceAll("&quot;", '"')),
  )
  const day = (of: number) => Date.UTC(2026, 10, of, 12, 30, 10)
  expect(charts).toMatchObject([
    {
      since: "1970",
      fromMs: day(15),
      toMs: day(22),
      at: [day(15), day(22)],
      took: [2000, 4000],
      failed: [1],
      limitMs: 3000,
    },
    { fromMs: day(15), toMs: day(22), words: ["2026-11-15 12:30: 0.1 s without an answer, not ended"], failed: [0] },
  ])
  expect(cellsOf(page).map((cells) => cells.join("|"))).toEqual([
    "when|drill|cluster|what|requests|failed|outage|limit|foretold|outcome",
    "2026-11-22 12:30|haproxy-kill|lab|Killing haproxy on c1|3|2|4.0 s|3.0 s|wrong: c2|failed",
    "2026-11-15 12:30|standby|lab|Killing haproxy on c1|3|2|0.1 s|3.0 s|wrong: c2|not ended",
    "2026-11-15 12:30|haproxy-kill|lab|Killing haproxy on c1|3|2|2.0 s|3.0 s|wrong: c2|done",
  ])
})

test("without a drill the page says so, and needs no script", () => {
  expect(drillsReport([])).toContain("No drill has been held from this machine yet.")
  expect(drillsReport([])).not.toContain("<script")
})
