import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { fencingReport } from "../../../../src/drill/fencing/report.ts"
import type { FencingTimeline } from "../../../../src/drill/fencing/timeline.ts"
import { renderFencing } from "../../../../src/output/fencing-screen.ts"

const EVENT = {
  ...{ status: "success", action: "reboot", target: "controller1", origin: "controller2", delegate: "controller3" },
  ...{ client: "stonith_admin.71", completed: "2026-11-29 23:00:09Z" },
}
const COURSE: FencingTimeline = {
  fencedMs: 4_123.4,
  events: [
    { ...EVENT, client: "pacemaker-controld.9", completed: "2026-11-29 23:00:10Z" },
    { ...EVENT, completed: "2026-11-28 23:00:09Z", delegate: "controller2" },
    EVENT,
  ],
  runs: [
    { device: "pdu", on: "controller3", ok: true, said: "returned 0 (OK)" },
    { device: "ipmi", on: "controller2", ok: false, said: "returned 1 (error)" },
  ],
  vips: [{ name: "vip", to: "controller3", ms: 4_600.2 }],
  backMs: 9_000,
  restarted: true,
  healthyMs: 31_000,
  troubles: [],
  interrupted: false,
}
const TERMS = {
  ...{ node: "controller1", action: "reboot" as const, by: "controller2" },
  levels: [
    { level: 1, devices: ["ipmi"] },
    { level: 2, devices: ["pdu"] },
  ],
}
const of = (changes: Partial<FencingTimeline>) => fencingReport({ ...COURSE, ...changes }, TERMS)
const screen = (changes: Partial<FencingTimeline> = {}) =>
  stripVTControlCharacters(renderFencing(of(changes), { color: true, width: 80 }))

test("a node that was fenced: by which device of which level, how fast, where its VIPs are, and when it was back", () => {
  expect(of({})).toMatchObject({ fencedMs: 4123, event: EVENT, verdict: "pass", reasons: [], healthyMs: 31_000 })
  expect(screen()).toBe(`  fenced        controller1 after 4.1 s (reboot, asked for on controller2, done by controller3)
  failed        ipmi (level 1), on controller2: returned 1 (error)
  device        pdu (level 2), on controller3
  vip           controller1 → controller3 after 4.6 s
  answers       controller1 after 9.0 s
  restarted     yes
  all as before after 31.0 s
`)
})

test("a device that only says that it has fenced is found out: the node is the same boot still", () => {
  const { verdict, reasons } = of({ restarted: false })
  expect({ verdict, reasons }).toEqual({
    verdict: "fail",
    reasons: ["the cluster says that it has fenced controller1, and controller1 has not restarted"],
  })
  expect(screen({ restarted: false })).toContain("restarted     NO\n")
})

test("a node that is back before anybody else had to start its VIP has that again itself", () => {
  const vips = [{ name: "vip", to: "controller1", ms: 4_600 }]
  expect(of({ vips }).verdict).toBe("pass")
  expect(screen({ vips })).toContain("vip           controller1 → controller1 itself after 4.6 s\n")
})

test("a node that was not fenced: what the cluster said, and which device failed", () => {
  const { fencedMs, backMs, restarted, healthyMs, ...rest } = COURSE
  const told = {
    ...rest,
    refusal: "the cluster did not fence controller1: No such device (exit 105)",
    events: [EVENT],
    runs: COURSE.runs.slice(1),
    vips: [],
  }
  const report = fencingReport(told, TERMS)
  expect(report).toMatchObject({ verdict: "fail", event: undefined })
  expect(report.reasons).toEqual(["the cluster did not fence controller1: No such device (exit 105)"])
  expect(renderFencing(report, { color: false, width: 80 })).toBe(`  fenced        not confirmed
  failed        ipmi (level 1), on controller2: returned 1 (error)
    the cluster did not fence controller1: No such device (exit 105)
`)
})

test("a VIP that nobody took, and a node that did not come back, fail it; Ctrl-C does not", () => {
  const course = { vips: [{ name: "vip" }], healthyMs: undefined, troubles: ["controller1: no answer"] }
  expect(of(course).reasons).toEqual(["vip was not seen again", "the cluster was not as before in time"])
  expect(of({ ...course, interrupted: true })).toMatchObject({ verdict: "pass", reasons: [], interrupted: true })
  expect(screen({ ...course, runs: [] })).toContain("device        unknown: no node's log tells\n")
  expect(screen({ ...course, interrupted: true })).toContain("not as before yet: look with haops status")
})
