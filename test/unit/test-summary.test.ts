import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

// The closing lines of `npm test`: what a reader of a cut-off log has to go by.

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-summary-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

interface Assertion {
  fullName: string
  status: "passed" | "failed" | "skipped"
  failureMessages?: string[]
  duration?: number
}

function summary(assertionResults: readonly Assertion[], vitest: number, file: object = {}) {
  const one = { name: "a.test.ts", status: vitest === 0 ? "passed" : "failed", message: "", assertionResults, ...file }
  return closing(ran("results", vitest, [one]))
}

/** A run of vitest, as it leaves its files. */
function ran(name: string, status: number, testResults?: readonly object[]): string {
  const run = join(directory, name)
  if (testResults !== undefined) writeFileSync(`${run}.json`, JSON.stringify({ testResults }))
  writeFileSync(`${run}.status`, `${status}\n`)
  return run
}

function closing(...runs: readonly string[]) {
  const { stdout, status } = spawnSync("node", ["test/summary.mjs", ...runs], { encoding: "utf8" })
  return { lines: stdout.trimEnd().split("\n"), status }
}

const passed = { fullName: "one", status: "passed" } as const

describe("the closing lines", () => {
  test("all passed", () => {
    expect(summary([passed], 0)).toEqual({ lines: ["1 passed, 0 failed"], status: 0 })
  })

  test("a failure is told with what it said: no colour, no stack", () => {
    const failureMessages = [
      "\u001b[31mError: it ended\u001b[39m with 1\n\nno drill now\n    at frozen (drill.test.ts:146:11)",
    ]
    expect(summary([passed, { fullName: "two", status: "failed", failureMessages }], 1)).toEqual({
      lines: ["FAILED a.test.ts > two (failed)", "  Error: it ended with 1", "  no drill now", "1 passed, 1 failed"],
      status: 1,
    })
  })

  test("of one that took too long how long it took", () => {
    const failureMessages = ["Error: STACK_TRACE_ERROR\n    at drill.test.ts:146:11"]
    const { lines } = summary([{ fullName: "two", status: "failed", failureMessages, duration: 600_012 }], 1)
    expect(lines.slice(0, 2)).toEqual(["FAILED a.test.ts > two (failed)", "  timed out after 600 s"])
  })

  test("of a long message its beginning", () => {
    const failureMessages = [Array.from({ length: 100 }, (_, line) => `line ${line} ${"x".repeat(1000)}`).join("\n")]
    const { lines } = summary([{ fullName: "long", status: "failed", failureMessages }], 1)
    expect(lines).toHaveLength(1 + 15 + 1)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(310)
  })

  test.for<[string, readonly Assertion[], number, string]>([
    [
      "a test that did not run",
      [passed, { fullName: "two", status: "skipped" }],
      0,
      "FAILED a.test.ts > two (skipped)",
    ],
    ["a file that could not be loaded", [], 1, "FAILED a.test.ts: "],
    ["an error outside all tests", [passed], 1, "FAILED vitest ended with status 1"],
    ["no test at all", [], 0, "FAILED no test ran"],
  ])("%s counts as a failure", ([, assertions, vitest, line]) => {
    const file = line.includes("vitest ended") ? { status: "passed" } : {}
    const { lines, status } = summary(assertions, vitest, file)
    expect(lines[0]).toBe(line)
    expect(status).toBe(1)
  })

  test("no results at all", () => {
    expect(closing(ran("none", 1))).toEqual({
      lines: ["FAILED the run ended without results", "0 passed, 1 failed"],
      status: 1,
    })
  })

  test("of several runs together, one without a test among them", () => {
    const file = (...assertionResults: Assertion[]) => ({
      name: "a.test.ts",
      status: "passed",
      message: "",
      assertionResults,
    })
    const unit = ran("unit", 0, [file(passed, passed)])
    const nodes = ran("nodes", 0, [])
    expect(closing(unit, nodes)).toEqual({ lines: ["2 passed, 0 failed"], status: 0 })
    expect(closing(unit, ran("timed", 1, [file(passed)]))).toEqual({
      lines: ["FAILED vitest ended with status 1", "3 passed, 1 failed"],
      status: 1,
    })
  })
})
