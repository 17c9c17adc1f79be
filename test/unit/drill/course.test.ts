import { expect, test } from "vitest"
import { courseOf } from "../../../src/drill/course.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"
import type { DrillTimeline } from "../../../src/drill/run.ts"
import type { View } from "../../../src/drill/view.ts"

const view = (atMs: number, ...holders: string[]): View => ({
  ...{ atMs, holders, placement: new Map(), haproxyUp: true, troubles: [] },
})

test("a drill's course is told from the fault on: requests, outages, where the VIP was", () => {
  const request = (sentMs: number, endedMs: number, ok: boolean) => ({ sentMs, endedMs, ok, answer: "" })
  const timeline: DrillTimeline = {
    ...{
      faultMs: 1000,
      endMs: 3000,
      liftedMs: 2000,
      healthyMs: 2500,
      restored: "mended",
      troubles: [],
      interrupted: false,
    },
    attempts: [
      request(950.4, 952, true),
      request(1100, 1600, false),
      request(1610, 1612, true),
      request(2900, 2902, true),
    ],
    views: [view(1200, "node1"), view(1500), view(1700, "node2")],
  }
  const target = { node: "node1", vip: { name: "vip", address: "10.0.0.11" } } as never
  const course = courseOf(timeline, {
    fault: FAULTS.standby,
    target,
    at: "http://10.0.0.11/",
    before: view(0, "node1"),
  })
  expect(course).toMatchObject({
    at: "http://10.0.0.11/",
    answered: [
      [-50, -48],
      [610, 612],
      [1900, 1902],
    ],
    failed: [[100, 600]],
    marks: [
      { ms: 0, what: "Draining node1" },
      { ms: 500, what: "vip nowhere" },
      { ms: 700, what: "vip on node2" },
      { ms: 1000, what: "put back" },
      { ms: 1500, what: "healthy again" },
    ],
  })
  expect(course.outages).toContainEqual({ fromMs: 2, toMs: 612 })
})
