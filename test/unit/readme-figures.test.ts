import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { dayTwoExamples, isAsShown } from "../e2e/harness/day-two.ts"
import { HELD_AGAINST } from "../e2e/harness/foretold.ts"

// The examples of README's section on day two are run on real nodes, test/e2e/up.test.ts; this is what they are compared by.

describe("what README shows of day two", () => {
  const shown = dayTwoExamples().flatMap((example) => example.shown)

  test.each(shown)("%s: is itself", (line) => {
    expect(isAsShown(line, line)).toBe(true)
  })

  test("no two of its lines with figures are taken for one another where only a figure differs by ten", () => {
    const tenfold = shown.map((line) =>
      line.replaceAll(/\b\d+(\.\d+)?(?= (s|min)\b)/g, (figure) => `${Number(figure) * 10}`),
    )
    const changed = shown.flatMap((line, index) => (tenfold[index] === line ? [] : [[line, tenfold[index]!] as const]))
    const passed = changed.filter(([line, other]) => isAsShown(line, other)).map(([line]) => line)
    expect(changed.length).toBeGreaterThan(5)
    // A node's time in the cluster is whenever it is asked; what is over in less than a second is not measured by it.
    for (const line of passed) expect(line).toMatch(/^ +controller\d +online |0 s +\(0 of|[( ]0\.\d s/)
  })
})

describe.each<[shown: string, alike: readonly string[], others: readonly string[]]>([
  [
    "removed  22.1 s",
    ["removed 2.3 s", "removed  219 s", "removed  3 min", "removed  1 min 1 s"],
    ["removed  2.2 s", "removed  221 s", "removed  4 min 1 s", "removed 5"],
  ],
  ["reloaded  0.5 s", ["reloaded  9.9 s", "reloaded 20 ms"], ["reloaded  10 s", "reloaded  0.5 s again"]],
  [
    "(0 of 132 requests failed)",
    ["(0 of 1319 requests failed)"],
    ["(1 of 132 requests failed)", "(0 of 1320 requests failed)"],
  ],
  [
    "quorate 4 of 4, survives 1 failure",
    [],
    ["quorate 3 of 4, survives 1 failure", "quorate 4 of 4, survives 0 failures"],
  ],
  [
    "vip  controller1  0  10.0.0.11 answers",
    ["vip controller3 0 172.30.9.100 answers"],
    ["vip controller1 1 10.0.0.11 answers"],
  ],
  ["web      4/4", [], ["web 3/4"]],
  [
    "  controller1  online  2.1.5  38 s  DC",
    ["  controller1  online  3.0.0  7 min", "  controller2  online  2.1.5  2 s"],
    [],
  ],
  [
    "2026-11-21T154412Z-df5b  remove-node controller4  lab      root@vm  11       22.1 s  done",
    [
      "2026-11-29T160858Z-f17a  remove-node controller4  lab      root@vm  10       1 min 1 s   done",
      "2027-01-01T000000Z-0001 remove-node controller4 lab me@there 109 3 s done",
    ],
    ["2027-01-01T000000Z-0001 remove-node controller4 lab me@there 1 22.1 s done"],
  ],
])("%s", (shown, alike, others) => {
  if (alike.length > 0) test.each(alike)("is shown by: %s", (line) => expect(isAsShown(shown, line)).toBe(true))
  if (others.length > 0) test.each(others)("is not shown by: %s", (line) => expect(isAsShown(shown, line)).toBe(false))
})

// The tests on real nodes fail where what came was not foretold, so that the share of right answers is how many they hold against it.
test("README says how often what was foretold came", () => {
  const { drills, others } = HELD_AGAINST
  const readme = readFileSync(new URL("../../playbooks/README.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ")
  const [, ...said] = /came in (\w+) of (\w+) drills and in (\w+) of (\w+) others/.exec(readme) ?? []
  const words = [drills, drills, others, others].map(({ length }) => NUMBERS[length])
  expect(said).toEqual(words)

  const e2e = new URL("../e2e/", import.meta.url)
  const texts = readdirSync(e2e)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(name, e2e), "utf8"))
  const held = (name: string) => texts.some((text) => text.includes("AsForetold(") && text.includes(`"${name}"`))
  expect([...drills, ...others].filter((name) => !held(name))).toEqual([])
})

const NUMBERS = "none one two three four five six seven eight nine ten eleven twelve".split(" ")
