import { expect, test } from "vitest"
import { COMPONENTS } from "../../../src/components.ts"
import { renderVersions } from "../../../src/output/versions-screen.ts"
import { versionsOf } from "../../../src/upgrade/versions.ts"
import { facts } from "../step-harness.ts"
import { state, want } from "./lab.ts"

test("what a host has of the stack, and what is offered in place of it", () => {
  const have = state({}, { haproxy: "2.6.12-2", pacemaker: "2.1.5-1", libcib27: "2.1.5-2" })
  expect(versionsOf(COMPONENTS, want("c1"), have, facts())).toEqual([
    { name: "pacemaker", installed: "2.1.5-1" },
    { name: "haproxy", installed: "2.6.12-1", offered: "2.6.12-2" },
  ])
})

test("hosts that have the same share a line, and one that could not be asked is named", () => {
  const alike = { packages: [{ name: "haproxy", installed: "2.6.12-1", offered: "2.6.12-2" }] }
  const other = { packages: [{ name: "haproxy", installed: "2.6.12-2" }] }
  const screen = renderVersions([
    { host: "c1", ...alike },
    { host: "c2", ...other },
    { host: "c3", ...alike },
    { host: "c4", packages: [], error: "no route to c4" },
  ])
  expect(screen).toBe(`  package  installed  offered   on
  haproxy  2.6.12-1   2.6.12-2  c1 and c3
           2.6.12-2   -         c2
c4: no route to c4
`)
})
