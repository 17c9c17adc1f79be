import { describe, expect, test } from "vitest"
import { FAULTS } from "../../../src/drill/faults/index.ts"
import type { Attempt } from "../../../src/drill/prober.ts"
import { reportOf, type Terms } from "../../../src/drill/report.ts"
import type { DrillTimeline } from "../../../src/drill/run.ts"
import type { View } from "../../../src/drill/view.ts"
import { renderDrill } from "../../../src/output/drill-screen.ts"

const ALL = ["controller1", "controller2", "controller3"]

function view(atMs: number, vip: string, more: Partial<View> = {}): View {
  const placement = new Map([
    ["vip", [vip]],
    ["lb-haproxy", more.haproxyUp === false ? ALL.slice(1) : ALL],
  ])
  return { atMs, placement, holders: [vip], haproxyUp: true, troubles: [], ...more }
}

/** Requests of 10 s, refused from 1100 ms to 1500 ms; the fault is at 1000 ms. */
const ATTEMPTS: Attempt[] = Array.from({ length: 200 }, (_, at) => {
  const sentMs = at * 50
  const ok = sentMs < 1100 || sentMs >= 1500
  return { sentMs, endedMs: sentMs + 2, ok, answer: "" }
})

const COURSE: DrillTimeline = {
  faultMs: 1000,
  endMs: 10_000,
  attempts: ATTEMPTS,
  views: [
    view(1200, "controller1", { haproxyUp: false }),
    view(1700, "controller2", { haproxyUp: false }),
    view(3900, "controller2"),
  ],
  restored: "mended",
  healthyMs: 4300,
  troubles: [],
  interrupted: false,
}

const TERMS: Terms = {
  fault: FAULTS["haproxy-kill"],
  target: {
    node: "controller1",
    vip: { name: "vip", address: "10.0.0.11", manager: "pacemaker" },
    vips: ["10.0.0.11"],
    haproxy: "lb-haproxy",
  },
  service: { name: "web", at: "http://10.0.0.11:8080/" },
  limitMs: 3000,
  before: view(900, "controller1"),
}

const screen = (course: Partial<DrillTimeline> = {}, terms: Partial<Terms> = {}) =>
  renderDrill(reportOf({ ...COURSE, ...course }, { ...TERMS, ...terms }), { color: false, width: 100 })

describe("the report", () => {
  test("counts from the fault on", () => {
    expect(reportOf(COURSE, TERMS)).toMatchObject({
      requests: { sent: 180, failed: 8 },
      outageMs: 400,
      outages: [{ fromMs: 102, toMs: 502, failed: 8 }],
      haproxyBackMs: 2900,
      healthyMs: 3300,
      twiceMs: 0,
      verdict: "pass",
      reasons: [],
    })
  })

  test("tells where every resource that moved has been", () => {
    expect(reportOf(COURSE, TERMS).moves).toEqual({
      vip: [["controller1"], ["controller2"]],
      "lb-haproxy": [ALL, ["controller2", "controller3"], ALL],
    })
  })

  test("holds where the VIP went first against what was foretold", () => {
    expect(reportOf(COURSE, TERMS).foretold).toBeUndefined()
    const told = (place: string[]) => reportOf(COURSE, { ...TERMS, foretold: place }).foretold
    expect(told(["controller2"])).toEqual({ place: ["controller2"], seen: ["controller2"], right: true })
    expect(told(["controller3"])).toEqual({ place: ["controller3"], seen: ["controller2"], right: false })
    const stayed = reportOf({ ...COURSE, views: [] }, { ...TERMS, foretold: ["controller1"] })
    expect(stayed.foretold).toMatchObject({ seen: ["controller1"], right: true })
    expect(screen({}, { foretold: ["controller3"] })).toContain(
      "  foretold      vip → controller3; seen: controller2\n",
    )
  })

  test("goes by addresses where no cluster says where the VIP is", () => {
    const bare = (atMs: number, host: string) => ({ ...view(atMs, host), placement: new Map() })
    const report = reportOf({ ...COURSE, views: [bare(1500, "lb2")] }, { ...TERMS, before: bare(900, "lb1") })
    expect(report.moves).toEqual({ vip: [["lb1"], ["lb2"]] })
  })

  test("counts how long two hosts had the address, where the fault can do that", () => {
    const both = (atMs: number) => view(atMs, "controller2", { holders: ["controller1", "controller2"] })
    const views = [both(2000), both(2500), both(3000), view(3500, "controller2")]
    expect(reportOf({ ...COURSE, views }, { ...TERMS, fault: FAULTS.partition }).twiceMs).toBe(1000)
    expect(reportOf({ ...COURSE, views }, TERMS).twiceMs).toBe(0)
  })

  test("counts that by what each host said every 20 ms, where they were asked", () => {
    const holds = [
      { host: "controller1", address: "a", fromMs: 0, toMs: 1500 },
      { host: "controller2", address: "a", fromMs: 1250, toMs: 4000 },
    ]
    const of = (changes: Partial<DrillTimeline>) =>
      reportOf({ ...COURSE, ...changes }, { ...TERMS, fault: FAULTS.partition })
    const screen = (changes: Partial<DrillTimeline>) => renderDrill(of(changes), { color: false, width: 100 })
    expect(of({ holds })).toMatchObject({ twiceMs: 250, holdersEveryMs: 20 })
    expect(screen({ holds })).toContain("both sides    vip was on two hosts for about 0.25 s\n")
    const once = holds.map((hold) => (hold.host === "controller2" ? { ...hold, fromMs: 1600 } : hold))
    expect(of({ holds: once })).toMatchObject({ twiceMs: 0, holdersEveryMs: 20 })
    expect(screen({ holds: once })).toContain("never: vip was on one host at a time, looked at every 20 ms\n")
    expect(screen({})).not.toContain("both sides")
    expect(screen({ restored: "fenced" })).toContain("the cluster has fenced controller1, which has restarted\n")
  })

  test("counts for nothing what a frozen node has, which sends nothing; once it thaws it counts", () => {
    const holds = [
      { host: "controller1", address: "a", fromMs: 0, toMs: 3400 },
      { host: "controller2", address: "a", fromMs: 2000, toMs: 4000 },
    ]
    const of = (kind: "node-freeze" | "partition", liftedMs?: number) =>
      reportOf({ ...COURSE, faultMs: 1000, liftedMs, holds }, { ...TERMS, fault: FAULTS[kind] }).twiceMs
    expect(of("node-freeze", 3400)).toBe(0)
    expect(of("node-freeze")).toBe(0)
    expect(of("node-freeze", 3000)).toBe(400)
    expect(of("partition", 3000)).toBe(1400)
  })

  test.each([
    ["a longer outage than allowed", {}, { limitMs: 300 }],
    ["a cluster that does not get well", { healthyMs: undefined, troubles: ["controller1: offline"] }, {}],
    ["a fault that haops could not take away", { restored: "timer" }, {}],
  ] satisfies [string, Partial<DrillTimeline>, Partial<Terms>][])("fails by %s", (_, course, terms) => {
    const { verdict, reasons } = reportOf({ ...COURSE, ...course }, { ...TERMS, ...terms })
    expect(verdict).toBe("fail")
    expect(reasons).toHaveLength(1)
  })

  test("passes any outage where no limit is set", () => {
    expect(reportOf(COURSE, { ...TERMS, limitMs: undefined }).verdict).toBe("pass")
  })
})

describe("the screen", () => {
  test("of a drill that passed", () => {
    expect(screen()).toBe(`  outage        0.40 s   (8 of 180 requests failed)   limit 3 s   PASS
  vip           controller1 → controller2
  lb-haproxy    without controller1 → as before
  haproxy       back on controller1 after 2.9 s
  put back      by the cluster itself
  healthy again after 3.3 s
`)
  })

  test("of one that failed says why", () => {
    const text = screen({ healthyMs: undefined, restored: "timer", troubles: ["vip 10.0.0.11: stopped"] })
    expect(text).toContain("FAIL")
    expect(text).toContain("not healthy yet")
    expect(text).toContain("the own timer of controller1 does it")
    expect(text).toContain("vip 10.0.0.11: stopped")
  })

  test("of one that was interrupted judges nothing", () => {
    const text = screen(
      { interrupted: true, healthyMs: undefined, restored: "lifted", liftedMs: 2500 },
      { fault: FAULTS.standby },
    )
    expect(text).not.toMatch(/PASS|FAIL/)
    expect(text).toContain("put back      after 1.5 s")
    expect(text).toContain("not healthy yet: look with haops status")
  })

  test("tells a second outage, as of a node that wakes up", () => {
    const attempts = ATTEMPTS.map((one) => (one.sentMs >= 5000 && one.sentMs < 5300 ? { ...one, ok: false } : one))
    expect(screen({ attempts })).toContain("again         0.30 s   (6 failed), 4 s after the beginning")
  })

  test("has colours only where they are wanted", () => {
    expect(renderDrill(reportOf(COURSE, TERMS), { color: true, width: 100 })).toContain("\u001b[32mPASS")
  })
})
