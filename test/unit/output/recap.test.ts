import { describe, expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { HaopsEvent, Outcome } from "../../../src/base/events.ts"
import { createRecap } from "../../../src/output/recap.ts"
import { renderRecap } from "../../../src/output/recap-screen.ts"
import { at, CHANGING_RUN, CIB, commandError, HOSTS, STARTED } from "./samples.ts"

const PLAIN = { color: false, width: 80 }

function recapOf(events: readonly HaopsEvent[]) {
  const { sink, recap } = createRecap()
  for (const event of events) sink(event)
  return recap()
}

function finished(outcome: Outcome, ms = 2000): HaopsEvent {
  return { type: "run-finished", outcome, ms }
}

describe("createRecap", () => {
  it("counts once steps for the cluster, not for the host that did them", () => {
    expect(recapOf(CHANGING_RUN).lines).toEqual([
      { host: "controller1", ok: 0, changed: 1, failed: 0, unreachable: false, ms: 1200 },
      { host: "controller2", ok: 0, changed: 1, failed: 0, unreachable: false, ms: 1200 },
      { host: "controller3", ok: 1, changed: 0, failed: 0, unreachable: false, ms: 100 },
      { host: "cluster", ok: 1, changed: 1, failed: 0, unreachable: false, ms: 2000 },
    ])
  })

  it("counts a step once, by the weightiest thing told of it", () => {
    const step = at("controller1")
    const events: HaopsEvent[] = [
      { type: "step-changed", ...step, ms: 5 },
      { type: "step-in-sync", ...step },
      { type: "step-failed", ...step, error: commandError() },
    ]
    expect(recapOf(events).lines[0]).toMatchObject({ ok: 0, changed: 0, failed: 1 })
  })

  it("keeps one error where a failed step also fails its host", () => {
    const error = commandError()
    const recap = recapOf([
      { type: "step-failed", ...at("controller2"), error },
      { type: "host-failed", host: "controller2", error },
    ])
    expect(recap.errors).toEqual([error])
    expect(recap.lines[0]).toMatchObject({ failed: 1 })
  })

  it("knows what was begun and not finished", () => {
    const events: HaopsEvent[] = [{ type: "action-started", ...at("controller1"), action: "x" }]
    expect(recapOf(events).unfinished).toEqual([at("controller1")])
  })
})

describe("renderRecap", () => {
  it("is a table and a closing sentence", () => {
    const options = { ...PLAIN, summary: "3 nodes online, vip on controller1.", log: "~/runs/x/" }
    expect(renderRecap(recapOf(CHANGING_RUN), options)).toBe(`
                 ok  changed  failed         time
controller1       0        1       0        1.2 s
controller2       0        1       0        1.2 s
controller3       1        0       0        0.1 s
cluster           1        1       0        2.0 s

Converged in 5.6 s. 3 nodes online, vip on controller1. Log: ~/runs/x/
`)
  })

  it("is one sentence where nothing was to be done", () => {
    const events: HaopsEvent[] = [
      STARTED,
      ...HOSTS.map((host): HaopsEvent => ({ type: "step-in-sync", ...at(host) })),
      { type: "step-in-sync", ...at("controller1", CIB) },
      finished("done", 400),
    ]
    const text = renderRecap(recapOf(events), { ...PLAIN, log: "~/runs/x/" })
    expect(text).toBe("Nothing to do: 3 hosts and the cluster are as prod.yaml says (0.4 s).\n")
  })

  it("marks hosts that were not reached and says who converged", () => {
    const error = new HaopsError("E_CONNECT", "no route", { host: "controller3" })
    const events: HaopsEvent[] = [
      STARTED,
      { type: "host-unreachable", host: "controller3", error },
      { type: "step-changed", ...at("controller1"), ms: 1000 },
      { type: "step-blocked", ...at("controller1", CIB), reason: "controller3 is unreachable" },
      finished("partial"),
    ]
    const text = renderRecap(recapOf(events), PLAIN)
    expect(text).toContain("controller3       -        -       -  unreachable\n")
    expect(text).toContain("Blocked, to be done by a later run:\n  cluster resources: controller3 is unreachable\n")
    expect(text).toContain(
      "2 of 3 hosts converged in 2.0 s except for 1 blocked step; not controller3.\nRepair and run haops again.\n",
    )
  })

  it("does not call a run with blocked steps nothing to do", () => {
    const events: HaopsEvent[] = [
      STARTED,
      { type: "step-blocked", ...at("controller1"), reason: "x" },
      finished("partial"),
    ]
    const text = renderRecap(recapOf(events), PLAIN)
    expect(text).toContain("3 of 3 hosts converged in 2.0 s except for 1 blocked step.\n")
    expect(text).not.toContain("; not")
  })

  it("says what is half done after an interruption", () => {
    const step = at("controller2")
    const events: HaopsEvent[] = [STARTED, { type: "action-started", ...step, action: "x" }, finished("canceled")]
    expect(renderRecap(recapOf(events), PLAIN)).toContain(
      "Interrupted after 2.0 s. Half done: haproxy config on controller2. Run haops\nagain to complete it.\n",
    )
  })

  it("is one sentence where a run was canceled before it touched anything", () => {
    const recap = recapOf([STARTED, finished("canceled")])
    expect(renderRecap(recap, { ...PLAIN, log: "~/runs/x/" })).toBe("Interrupted; nothing was touched.\n")
    const ended = "not confirmed; nothing was touched"
    expect(renderRecap(recap, { ...PLAIN, ended })).toBe("Not confirmed; nothing was touched.\n")
  })

  it("does not count an interrupted step as failed", () => {
    const place = at("controller2")
    const error = new HaopsError("E_CANCELED", "stopped before this was done", {
      host: "controller2",
      step: place.step,
    })
    const events: HaopsEvent[] = [
      STARTED,
      { type: "action-started", ...place, action: "x" },
      { type: "step-failed", ...place, error },
      finished("canceled"),
    ]
    expect(recapOf(events).lines.map(({ failed }) => failed)).toEqual([0, 0, 0])
    expect(renderRecap(recapOf(events), PLAIN)).toContain("Half done: haproxy config on controller2.")
  })

  it("says of a lock lost on the way what was done and what is half done", () => {
    const action: HaopsEvent = { type: "action-started", ...at("controller2"), action: "x" }
    const text = renderRecap(recapOf([STARTED, action, finished("locked")]), PLAIN).replaceAll("\n", " ")
    expect(text).toContain("Ended after 2.0 s: the lock was lost. Half done: haproxy config on controller2. What was")
    expect(text).not.toContain("nothing was changed")
  })

  it.each<[Outcome, string]>([
    ["failed", "Failed after 2.0 s on controller2. Nothing was changed."],
    ["unreachable", "None of 3 hosts could be reached; nothing was changed.\n"],
    ["locked", "Another run holds the lock; nothing was changed.\n"],
  ])("closes %s with what it means", (outcome, sentence) => {
    const failure: HaopsEvent = { type: "step-failed", ...at("controller2"), error: commandError() }
    const events = [STARTED, ...(outcome === "failed" ? [failure] : []), finished(outcome)]
    expect(renderRecap(recapOf(events), PLAIN)).toContain(sentence)
  })

  it("says that what was done stays where a failed run had begun something", () => {
    const place = at("controller2")
    const events: HaopsEvent[] = [
      STARTED,
      { type: "action-started", ...place, action: "x" },
      { type: "step-failed", ...place, error: commandError() },
      finished("failed"),
    ]
    expect(renderRecap(recapOf(events), PLAIN)).toContain("on controller2. What was done stays;")
  })

  it("sums up many hosts that needed nothing", () => {
    const hosts = Array.from({ length: 100 }, (_, n) => `node${n}`)
    const started = { ...STARTED, hosts } as HaopsEvent
    const events: HaopsEvent[] = [started, { type: "step-changed", ...at("node7"), ms: 10 }, finished("done")]
    const text = renderRecap(recapOf(events), PLAIN)
    expect(text.split("\n")).toHaveLength(7)
    expect(text).toContain("and 99 hosts in sync\n")
  })
})
