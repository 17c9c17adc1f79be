import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { HostState } from "../../../src/engine/world.ts"
import { renderExec } from "../../../src/output/exec-screen.ts"
import { renderFacts } from "../../../src/output/facts-screen.ts"
import { resultDocument } from "../../../src/output/json-lines.ts"
import { tableLines } from "../../../src/output/table.ts"
import { inOrder } from "../../../src/verbs/exec.ts"
import { facts as factsOf } from "../step-harness.ts"

const FORGED = "\u001b[2J\u001b[Hok\rc2  all well\u009b8m\u202e"

const result = (stdout: string, code: number | null = 0) => ({
  ...{ code, signal: code === null ? "\u001b[2JKILL" : undefined, stdout, stderr: "", durationMs: 5 },
})

test("what a command prints stays under its host's name", () => {
  expect(renderExec([["c1", result(`${FORGED}\n`)]])).toBe("c1  ok\nc1  c2  all well\n")
  expect(renderExec([["c1", result("a\r\n\tb\n", 3)]])).toBe("c1  a\nc1      b\nc1  exit 3\n")
  expect(renderExec([["c1", result("", null)]])).toBe("c1  ended by KILL\n")
})

test("what a host says of itself is one line each", () => {
  const facts = { ...factsOf(), hostname: `x${FORGED}`, versions: { ...factsOf().versions, pcs: "0.11\nforged" } }
  const live = { host: { name: "c1" }, transport: {}, facts, answers: new Map() } as unknown as HostState
  const error = new HaopsError("E_CONNECT", `refused${FORGED}`)
  const dead = {
    host: { name: "c2" },
    answers: new Map(),
    failure: { kind: "unreachable", error },
  } as unknown as HostState
  const text = renderFacts([live, dead])
  expect(text).toContain("  hostname  xok c2  all well\n")
  expect(text).toContain("pcs 0.11 forged\n")
  expect(text).toContain("c2\n  refusedok c2  all well\n")
})

test("--json keeps a node's bytes, escaped", () => {
  const json = resultDocument(
    { verb: "exec", outcome: "done", exit: 0, ms: 1, details: { c1: FORGED } },
    (text) => text,
  )
  expect(JSON.parse(json).details.c1).toBe(FORGED)
  expect(json).toContain("\\u001b[2J\\u001b[Hok\\rc2  all well\\u009b8m\\u202e")
})

test("a cell of a table cannot leave its line", () => {
  expect(tableLines([["a\nb\u001b[2J", "c"]])).toEqual(["  a b  c"])
})

test("hosts come in the inventory's order, whoever was ready first", () => {
  const ready = new Map([
    ["c3", 3],
    ["c1", 1],
  ])
  expect(inOrder(["c1", "c2", "c3"], ready)).toEqual([
    ["c1", 1],
    ["c3", 3],
  ])
})
