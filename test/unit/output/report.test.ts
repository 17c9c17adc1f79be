import { createHash } from "node:crypto"
import { SaxesParser } from "saxes"
import { describe, expect, test } from "vitest"
import type { JournalChange, JournalDrill, JournalEntry } from "../../../src/output/journal.ts"
import type { ChartData } from "../../../src/output/report/chart-data.ts"
import { runReport } from "../../../src/output/report/report.ts"

const PLACE = { stage: "hosts", host: "controller1", step: "hosts /etc/hosts", scope: "each" } as const
const CHANGE: JournalChange = {
  type: "change",
  time: "2026-11-29T12:30:20.000Z",
  ...PLACE,
  outcome: "changed",
  drift: [
    {
      attribute: "/etc/hosts",
      have: "1 byte",
      want: "2 bytes",
      risk: "none",
      diff: "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n",
    },
    { attribute: "mode", have: "0600", want: "<b>0644</b>\u001b[31m", risk: "none" },
  ],
  actions: [{ action: "printf 'a\nb' & cat </dev/null", ms: 1500 }],
  ms: 5000,
}
const FAILED: JournalChange = {
  ...CHANGE,
  time: "2026-11-29T12:30:30.000Z",
  host: "controller2",
  scope: "once",
  outcome: "failed",
  drift: [],
  actions: [],
  error: { code: "E_COMMAND", message: 'it said "no"' },
}
const RUN: readonly JournalEntry[] = [
  {
    ...{ type: "run", format: 1, time: "2026-11-29T12:30:10.000Z", runId: "2026-11-29T123010Z-8a6c", verb: "up" },
    ...{
      cluster: "lab",
      inventory: "/x/lab.yaml",
      hosts: ["controller1", "controller2"],
      user: "me",
      from: "vm",
      haops: "0.1.0",
    },
  },
  CHANGE,
  FAILED,
  {
    ...{ type: "transitions", time: "2026-11-29T12:30:35.000Z", host: "controller1" },
    transitions: [{ resource: "vip", action: "start", node: "controller1" }],
  },
  {
    ...{ type: "end", time: "2026-11-29T12:30:50.000Z", outcome: "failed", ms: 40_000 },
    recap: [{ host: "controller1", ok: 3, changed: 1, failed: 0, unreachable: false, ms: 900 }],
  },
]
const DRILL: JournalDrill = {
  ...{
    type: "drill",
    time: "2026-11-29T12:30:45.000Z",
    host: "controller1",
    fault: "Draining controller1",
    at: "http://10.0.0.11/",
  },
  answered: [
    [-50, -48],
    [0, 2],
    [600, 640],
  ],
  failed: [[50, 550]],
  outages: [{ fromMs: 50, toMs: 640 }],
  marks: [
    { ms: 0, what: "Draining controller1" },
    { ms: 700, what: "vip on controller2" },
  ],
}

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

const SCRIPT = /<script>(.*?)<\/script>/s
const sha256 = (text: string) => createHash("sha256").update(text).digest("base64")
/** What the page says may be loaded and run. */
const policyOf = (page: string) => /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll("&#39;", "'")

/** The page's elements in their order, by a parser that forgives nothing: what is not well formed throws. */
function elementsOf(page: string): readonly Element[] {
  const parser = new SaxesParser()
  const elements: Element[] = []
  const open: Element[] = []
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: "" }
    elements.push(element)
    open.push(element)
  })
  parser.on("text", (text) => {
    for (const element of open) element.text += text
  })
  parser.on("closetag", () => void open.pop())
  // HTML's own: a doctype in small letters, an element that is never closed, and a script, which no parser reads.
  parser
    .write(
      page
        .replace(SCRIPT, "<script></script>")
        .replace("<!doctype html>", "")
        .replaceAll(/<meta ([^>]*)>/g, "<meta $1/>"),
    )
    .close()
  return elements
}

const named = (elements: readonly Element[], name: string) => elements.filter((element) => element.name === name)

/** What the page's script is given. */
const chartsIn = (elements: readonly Element[]) =>
  elements.flatMap(({ attributes }): ChartData[] =>
    attributes["data-chart"] ? [JSON.parse(attributes["data-chart"])] : [],
  )

describe("a run's page", () => {
  const page = runReport([...RUN, DRILL])
  const elements = elementsOf(page)

  test("loads nothing: its policy forbids it, and there is nothing to load", () => {
    const style = named(elements, "style")
    expect(style).toHaveLength(1)
    expect(policyOf(page)).toBe(
      `default-src 'none'; style-src 'sha256-${sha256(style[0]!.text)}'; script-src 'sha256-${sha256(SCRIPT.exec(page)![1]!)}'; base-uri 'none'; form-action 'none'`,
    )
    expect(style[0]!.text).not.toMatch(/url\(|@import/)
    expect(elements.filter(({ name }) => ["link", "img", "iframe", "object"].includes(name))).toEqual([])
    const attributes = elements.flatMap((element) => Object.keys(element.attributes))
    expect(attributes.filter((name) => /^(on|style$|src)/.test(name))).toEqual([])
  })

  test("runs one script where it has a chart, which makes no code of text and asks for nothing, and none elsewhere", () => {
    expect(named(elements, "script")).toHaveLength(1)
    const [, script = ""] = SCRIPT.exec(page)!
    expect(script).toContain("Permission is hereby granted")
    expect(script).not.toMatch(/\beval\(|\bFunction\(|<!--|<\/?script|\bfetch\(|XMLHttpRequest|\bimport\(|innerHTML/i)
    const still = runReport(RUN)
    expect(still).not.toContain("<script")
    expect(policyOf(still)).toBe(
      `default-src 'none'; style-src 'sha256-${sha256(named(elementsOf(still), "style")[0]!.text)}'; base-uri 'none'; form-action 'none'`,
    )
    const unheld = runReport([{ ...DRILL, answered: [], failed: [] }])
    expect(unheld).toContain("No request was sent.")
    expect(unheld).not.toContain("<script")
  })

  test("gives its script the drill's figures in the order of time", () => {
    expect(chartsIn(elements)).toEqual([
      {
        ...{ since: "fault", fromMs: -50, toMs: 700, at: [-50, 0, 50, 600], took: [2, 2, 500, 40], failed: [2] },
        outages: [{ fromMs: 50, toMs: 640 }],
        marks: [
          { ms: 0, what: "Draining controller1" },
          { ms: 700, what: "vip on controller2" },
        ],
      },
    ])
  })

  test("takes what a node says for text, in the script's figures too", () => {
    const what = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)> \u001b[31m&quot;\u202e`
    const odd = runReport([...RUN, { ...DRILL, marks: [{ ms: 700, what }] }])
    expect(odd.match(/<script/g)).toHaveLength(1)
    expect(odd).not.toMatch(/<img|\u001b|\u202e/)
    const [chart] = chartsIn(elementsOf(odd))
    expect(chart!.marks).toEqual([
      { ms: 700, what: `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)> &quot;` },
    ])
  })

  test("is looked through by keyboard and screen reader: headings, landmarks, links that lead somewhere, names for pictures", () => {
    const ids = new Set(elements.flatMap(({ attributes }) => attributes.id ?? []))
    for (const { attributes } of named(elements, "a")) expect(ids).toContain(attributes.href!.slice(1))
    for (const { attributes } of elements.filter(({ attributes }) => attributes["aria-labelledby"]))
      expect(ids).toContain(attributes["aria-labelledby"])
    expect(named(elements, "html")[0]!.attributes.lang).toBe("en")
    expect(["h1", "main", "nav", "header"].map((name) => named(elements, name).length)).toEqual([1, 1, 1, 1])
    const levels = elements.flatMap(({ name }) => /^h([1-6])$/.exec(name)?.[1] ?? []).map(Number)
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1)
    for (const { attributes } of named(elements, "svg"))
      expect(attributes).toMatchObject({ role: "img", "aria-label": /./ })
    for (const { attributes } of named(elements, "th")) expect(attributes.scope).toMatch(/^(col|row)$/)
  })

  test("is readable by day, by night and on paper", () => {
    expect(named(elements, "style")[0]!.text).toMatch(/prefers-color-scheme: dark.*@media print/s)
  })

  test("shows each change with its diff folded, and what failed unfolded", () => {
    const details = named(elements, "details")
    expect(details.map(({ attributes }) => "open" in attributes)).toEqual([false, true])
    expect(named(elements, "summary").map(({ text }) => text)).toEqual([
      "12:30:20 hosts /etc/hosts: changed, 5.0 s",
      "12:30:30 hosts /etc/hosts: failed, 5.0 s by controller2",
    ])
    expect(named(elements, "del").map(({ text }) => text)).toEqual(["-old"])
    expect(named(elements, "ins").map(({ text }) => text)).toEqual(["+new"])
    expect(named(elements, "pre").map(({ text }) => text)).toContain("printf 'a\nb' & cat </dev/null")
    expect(details[1]!.text).toContain('E_COMMAND: it said "no"')
    expect(named(elements, "h3").map(({ text }) => text)).toEqual(["controller1", "cluster"])
  })

  test("takes what nodes said for text", () => {
    expect(named(elements, "li").map(({ text }) => text)).toContain("mode: 0600 → <b>0644</b>")
    expect(page).not.toContain("\u001b")
  })

  test("has a row for each host and a bar for each step, as long as it took", () => {
    const bars = named(elements, "rect").filter(({ attributes }) => attributes.class !== "outage")
    // 40 s are 850 wide, from 150 on.
    expect(bars.map(({ attributes: { class: how, x, y, width } }) => [how, x, y, width])).toEqual([
      ["changed", "256.3", "4", "106.3"],
      ["failed", "468.8", "30", "106.3"],
    ])
    expect(named(elements, "title").map(({ text }) => text)).toContain("hosts /etc/hosts: failed, 5.0 s")
  })

  test("shows each request of a drill, its outages, and what happened beside it", () => {
    const paths = named(elements, "path").map(({ attributes: { class: what, d } }) => [what, d!.match(/M/g)?.length])
    expect(paths).toEqual([
      ["answers", 3],
      ["misses", 1],
    ])
    const outages = named(elements, "rect").filter(({ attributes }) => attributes.class === "outage")
    expect(outages).toHaveLength(1)
    expect(named(elements, "li").map(({ text }) => text)).toEqual(
      expect.arrayContaining(["Draining controller1: after 0 ms", "vip on controller2: after 0.7 s"]),
    )
  })
})

test("a run that was killed has a page too, and no section without content", () => {
  const elements = elementsOf(runReport(RUN.slice(0, 1)))
  expect(named(elements, "h2").map(({ text }) => text)).toEqual(["Run"])
  expect(named(elements, "dd").at(-1)!.text).toBe("not ended: killed, or it still ran")
})
