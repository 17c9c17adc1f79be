import { expect, it } from "vitest"
import type { Drift } from "../../../src/base/events.ts"
import { driftsDone } from "../../../src/output/words.ts"

const CFG = "/etc/haproxy/haproxy.cfg"
const drift = (attribute: string, have: string, want: string, more: Partial<Drift> = {}): Drift => {
  return { attribute, have, want, risk: "none", ...more }
}

it("says once of a file what was changed of it", () => {
  const content = drift(CFG, "other content", "this content", { diff: "-a\n+b\n" })
  const rest = [
    drift(`${CFG} mode`, "0644", "0640"),
    drift(`${CFG} owner`, "root:root", "root:haproxy"),
    drift("starts at boot", "yes", "no"),
  ]
  expect(driftsDone([content, ...rest], 4)).toBe(
    "haproxy.cfg: content, mode 0640, owner root:haproxy; starts at boot: yes → no",
  )
  expect(driftsDone([{ ...content, risk: "reload" }, ...rest], 4)).toMatch(/^haproxy\.cfg: content \(reloaded\), mode/)
  expect(driftsDone([{ ...content, risk: "reload" }], 4)).toBe(`${CFG} reloaded`)
})

it("says what is now where it would be long to say what was", () => {
  const drained = drift("controller2", "runs vip, vip-public, lb-haproxy", "standby, nothing runs there")
  expect(driftsDone([drained], 4)).toBe("controller2: standby, nothing runs there")
  expect(driftsDone([drift("x", "0", "1")], 4)).toBe("x: 0 → 1")
  expect(driftsDone([drift("running", "active", "inactive", { risk: "restart" })], 4)).toBe(
    "running: active → inactive",
  )
  expect(driftsDone([drift("x", "0", "long ".repeat(20))], 4)).toBe("x changed")
})

it("counts what is more than fits", () => {
  const five = ["a", "b", "c", "d", "e"].map((name) => drift(name, "absent", "present"))
  expect(driftsDone(five, 4)).toBe("a added, b added, c added and 2 more")
})
