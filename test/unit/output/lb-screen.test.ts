import { expect, it } from "vitest"
import { renderAdminState } from "../../../src/output/lb-screen.ts"

const PLAIN = { color: false, width: 100, kept: true }

it("says of a server that was in that state on every haproxy that nothing was changed", () => {
  const reports = ["lb1", "lb2"].map((host) => ({ host, ok: true, already: true, text: "already ready" }))
  expect(renderAdminState("web/controller2", "ready", reports, PLAIN)).toBe(`  lb1  already ready
  lb2  already ready
web/controller2 is already in state ready on 2 haproxies. It takes new connections.
`)
  const half = renderAdminState(
    "web/controller2",
    "ready",
    [reports[0]!, { host: "lb2", ok: true, text: "ready" }],
    PLAIN,
  )
  expect(half).toContain("web/controller2 is in state ready on 2 haproxies. It takes new connections again.")
})

it("says how long a drain lasts", () => {
  const drained = (kept: boolean) =>
    renderAdminState("web/controller2", "drain", [{ host: "lb2", ok: true, text: "drain" }], { ...PLAIN, kept })
  expect(drained(true)).toContain("It stays so over a reload of haproxy")
  expect(drained(false)).toContain("a reload or restart\nof haproxy (such as by haops up)")
})
