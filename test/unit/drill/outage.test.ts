import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { isSteady, longestMs, outagesOf } from "../../../src/drill/outage.ts"
import type { Attempt } from "../../../src/drill/prober.ts"

/** Requests every 50 ms, answered within 2 ms, but for those sent from `from` to `to`: refused, or answered only at `late`. */
function attempts(count: number, hole?: { from: number; to: number; late?: number }): Attempt[] {
  return Array.from({ length: count }, (_, at) => {
    const sentMs = at * 50
    const inHole = hole !== undefined && sentMs >= hole.from && sentMs < hole.to
    if (!inHole) return { sentMs, endedMs: sentMs + 2, ok: true, answer: "controller1" }
    if (hole.late !== undefined) return { sentMs, endedMs: hole.late, ok: true, answer: "controller2" }
    return { sentMs, endedMs: sentMs + 1, ok: false, answer: "ECONNREFUSED" }
  })
}

describe("an outage is counted from when an answer was due to when one came", () => {
  test("none, where every request is answered in time", () => {
    expect(outagesOf(attempts(40), 2000)).toEqual([])
    expect(longestMs([])).toBe(0)
  })

  test("requests that failed are in it, with their number", () => {
    expect(outagesOf(attempts(40, { from: 500, to: 900 }), 2000)).toEqual([{ fromMs: 502, toMs: 902, failed: 8 }])
  })

  test("a single failure counts, however short", () => {
    expect(outagesOf(attempts(40, { from: 500, to: 550 }), 2000)).toEqual([{ fromMs: 502, toMs: 552, failed: 1 }])
  })

  test("silence counts though nothing fails in the end, because the SYN is sent again", () => {
    const outages = outagesOf(attempts(40, { from: 500, to: 900, late: 1500 }), 2000)
    expect(outages).toEqual([{ fromMs: 502, toMs: 902, failed: 0 }])
  })

  test("an answer that is a little late is none: a busy machine", () => {
    expect(outagesOf(attempts(40, { from: 500, to: 600, late: 650 }), 2000)).toEqual([])
  })

  test("one that does not end lasts until the end", () => {
    expect(outagesOf(attempts(20, { from: 500, to: 9999 }), 1200)).toEqual([{ fromMs: 502, toMs: 1200, failed: 10 }])
    expect(outagesOf(attempts(20, { from: 0, to: 9999 }), 1200)).toEqual([{ fromMs: 50, toMs: 1200, failed: 20 }])
  })

  property.prop([fc.array(fc.record({ ok: fc.boolean(), ms: fc.integer({ min: 0, max: 2000 }) }), { maxLength: 80 })])(
    "outages never overlap, come in order, and hold every failure but none twice",
    (outcomes) => {
      const sent = outcomes.map(({ ok, ms }, at) => ({ sentMs: at * 50, endedMs: at * 50 + ms, ok, answer: "" }))
      const untilMs = outcomes.length * 50 + 2000
      const outages = outagesOf(sent, untilMs)
      for (const [at, { fromMs, toMs }] of outages.entries()) {
        expect(fromMs).toBeLessThanOrEqual(toMs)
        expect(fromMs).toBeGreaterThanOrEqual(outages[at - 1]?.toMs ?? 0)
        expect(toMs).toBeLessThanOrEqual(untilMs)
      }
      const failed = outages.reduce((sum, one) => sum + one.failed, 0)
      expect(failed).toBe(outcomes.filter(({ ok }) => !ok).length)
    },
  )
})

describe("a service is steady", () => {
  test("when every request of the last second was answered", () => {
    expect(isSteady(attempts(40, { from: 500, to: 900 }), 2000, 1000)).toBe(true)
    expect(isSteady(attempts(40, { from: 500, to: 1100 }), 2000, 1000)).toBe(false)
  })

  test("not on the strength of old answers: what is under way now may never come", () => {
    expect(isSteady(attempts(20), 2000, 1000)).toBe(false)
    expect(isSteady(attempts(26), 2000, 1000)).toBe(false)
    expect(isSteady([], 0, 1000)).toBe(false)
  })
})
