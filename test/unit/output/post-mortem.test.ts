import { expect, test } from "vitest"
import { postMortemPage } from "../../../src/output/report/post-mortem.ts"

function page(...times: string[]): string {
  const events = times.map((time) => ({
    ...{ ms: Date.parse(time), hosts: ["c1"], kind: "left" as const, words: `gone <${time}>`, line: "x" },
  }))
  const [sinceMs, untilMs] = [Date.parse("2026-11-27T00:00:00Z"), Date.parse("2026-11-30T00:00:00Z")]
  return postMortemPage({ cluster: "lab", sinceMs, untilMs, hosts: [{ host: "c1", files: [] }], events })
}

test("events of several days have their day, in the table and below the picture", () => {
  const several = page("2026-11-28T02:00:00Z", "2026-11-29T02:00:00.5Z")
  expect(several).toContain(">11-28 02:00:00.000</time>")
  expect(several).toContain(">11-29 02:00:00.500</time>")
  expect(several).toContain('text-anchor="middle">11-28 14:00:00</text>')
})

test("events of one night have their times alone", () => {
  const night = page("2026-11-28T02:00:00Z", "2026-11-28T02:00:01Z")
  expect(night).toContain(">02:00:00.000</time>")
  expect(night).not.toContain(">11-28")
})
