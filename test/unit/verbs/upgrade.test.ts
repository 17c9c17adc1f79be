import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { refreshIndex, termsOf } from "../../../src/verbs/upgrade.ts"
import { facts, host } from "../step-harness.ts"

test("--only takes components and packages, separated or repeated", () => {
  expect(termsOf({ only: ["pacemaker,haproxy", "galera-4"] })).toEqual({ only: ["pacemaker", "haproxy", "galera-4"] })
  expect(termsOf({})).toEqual({})
})

test("a name that is none is refused, with what it may be", () => {
  expect(() => termsOf({ only: ["haprxoy"] })).toThrow(
    expect.objectContaining({ code: "E_INPUT", hint: 'Did you mean "haproxy"?' }),
  )
})

test("a version goes with one name", () => {
  expect(termsOf({ only: ["haproxy"], to: "2.6.12" })).toEqual({ only: ["haproxy"], to: "2.6.12" })
  for (const only of [undefined, ["haproxy", "pacemaker"]]) {
    expect(() => termsOf({ only, to: "2.6.12" })).toThrow(/--to goes with one name for --only/)
  }
})

describe("the index of a host's packages", () => {
  const refresh = async (exec: () => Promise<ExecResult>) => {
    const said: unknown[] = []
    const transport = { host: "c1", exec, async [Symbol.asyncDispose]() {} }
    const state = { host: host("c1", "10.0.0.1"), facts: facts(), transport, answers: new Map() }
    await refreshIndex(state, { sink: (event) => said.push(event), abort: new AbortController().signal })
    return said
  }
  const throwing = (code: HaopsError["code"]) => async () => {
    throw new HaopsError(code, "no luck")
  }
  const exits = (code: number) => async () => {
    return { code, signal: undefined, stdout: "", stderr: "looking\nno luck\n", durationMs: 1 }
  }
  const stays = [{ level: "warning", text: "c1: the index of its packages is as old as it was: no luck" }]

  test.each([
    ["is as it is where a repository does not answer", exits(100), stays],
    ["is as it is where a repository does not answer in time", throwing("E_TIMEOUT"), stays],
    ["is as it is where its manager never stops talking", throwing("E_COMMAND"), stays],
    ["is new without a word", exits(0), []],
  ])("%s", async (_title, exec, said) => {
    expect(await refresh(exec)).toMatchObject(said)
  })

  test.each(["E_CANCELED", "E_CONNECT", "E_AUTH"] as const)("is not all that is wrong where it is %s", async (code) => {
    await expect(refresh(throwing(code))).rejects.toMatchObject({ code })
  })
})
