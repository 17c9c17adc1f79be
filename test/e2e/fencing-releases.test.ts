import { describe } from "vitest"
import { fencingTests } from "./fencing.ts"
import { ended } from "./harness/ended.ts"
import type { Release } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { watchdogTests } from "./watchdog.ts"

// Fencing by BMCs as drift.test.ts sees it on Debian 12, and by watchdogs: with pacemaker 2.0 and 3.0, and the agents and sbd beside them.

const of = (release: Release) =>
  labTest({ fencing: true, release }, async (lab) => {
    await lab.inventory()
    await ended(lab.haops(["up", "--yes"]))
  })

describe.each([
  { release: 11, test: of("bullseye") },
  { release: 13, test: of("trixie") },
])("Debian $release", ({ test }) => {
  // The next one needs the room.
  test.afterAll(async ({ started }) => await started[Symbol.asyncDispose]())

  describe("by a BMC", () => fencingTests(test))

  describe("by its watchdog", () => watchdogTests(test))
})
