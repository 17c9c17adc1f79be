import { describe, expect, test } from "vitest"
import { clock } from "../../../../src/host/steps/clock.ts"
import { facts } from "../../step-harness.ts"

function findings(...offsets: readonly [offsetMs: number, uncertaintyMs: number][]) {
  const all = offsets.map(([offsetMs, uncertaintyMs], index) => {
    const name = `controller${index + 1}`
    return { host: name, have: null, facts: facts({ host: name, clock: { offsetMs, uncertaintyMs } }) }
  })
  return clock.findings?.({}, { elected: all[0]!, all, missing: [] })
}

describe("clock", () => {
  test.each([
    ["one node", [[99_000, 0]]],
    [
      "nodes together, this machine wrong",
      [
        [99_000, 5],
        [99_400, 5],
        [98_900, 5],
      ],
    ],
    [
      "a distance that may be the measurement's",
      [
        [0, 900],
        [2_000, 900],
      ],
    ],
  ] as const)("finds nothing against %s", (_title, offsets) => {
    expect(findings(...(offsets as never as [number, number][]))).toEqual([])
  })

  test("warns of a second, naming the two farthest apart and everyone's time", () => {
    expect(findings([100, 10], [4_300, 10], [-50, 10])).toMatchObject([
      {
        severity: "warning",
        message:
          "the clock of controller2 is 4.3 s ahead of that of controller3 (all, against this machine: controller3 -0.1 s, controller1 0.1 s, controller2 4.3 s)",
      },
    ])
  })

  test("stops at half a minute, from where on pacemaker's failures expire wrongly", () => {
    expect(findings([0, 10], [31_000, 10])).toMatchObject([{ severity: "error" }])
  })
})
