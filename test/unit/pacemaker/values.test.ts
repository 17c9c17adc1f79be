import { expect, test } from "vitest"
import { sameValue } from "../../../src/pacemaker/values.ts"

test.each([
  ["5min", "300", true],
  ["5min", "300s", true],
  ["1h", "60m", true],
  ["500ms", "0.5s", false],
  ["5", "5min", false],
  ["true", "yes", true],
  ["false", "off", true],
  ["true", "false", false],
  ["INFINITY", "1000000", true],
  ["INFINITY", "+INFINITY", true],
  ["-INFINITY", "INFINITY", false],
  ["-inf", "-INFINITY", true],
  ["Master", "Promoted", true],
  ["Slave", "Master", false],
  ["stop", "ignore", false],
  ["1", "0", false],
])("%s and %s mean the same: %s", (a, b, same) => {
  expect(sameValue(a, b)).toBe(same)
  expect(sameValue(b, a)).toBe(same)
})
