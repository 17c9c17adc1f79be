import { expect, test } from "vitest"
import { termsOf } from "../../../src/verbs/upgrade.ts"

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
