import { expect, test } from "vitest"
import { timeReader } from "../../../src/base/time.ts"

const strict = timeReader(["ms", "s", "min"])
const loose = timeReader(["ms", "s", "min", "h"], { bare: "s", loose: true })
const fine = timeReader(["us", "ms", "s"], { bare: "ms", fractions: true })

test.each([
  [strict, "500ms", 500],
  [strict, "5min", 300_000],
  [strict, "5m", undefined],
  [strict, "5", undefined],
  [strict, "1.5s", undefined],
  [strict, " 5s", undefined],
  [strict, "5S", undefined],
  [loose, "5", 5000],
  [loose, " 5 MIN ", 300_000],
  [loose, "P1D", undefined],
  [loose, "", undefined],
  [fine, "1.5s", 1500],
  [fine, "250us", 0.25],
  [fine, "7", 7],
  [fine, "-7", undefined],
] as const)("%# reads %j as %j", (read, text, ms) => {
  expect(read(text)).toBe(ms)
})
