import { describe, expect, test } from "vitest"
import { type Cib, EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"
import type { RunningSbd } from "../../../src/pacemaker/sbd-question.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { heldBack } from "../../../src/pacemaker/watchdog.ts"
import { desired, resource } from "../../cases/pacemaker/desires.ts"
import { facts } from "../step-harness.ts"

const WANTED = { "stonith-watchdog-timeout": "10s" }
const DEVICE = resource("power", "stonith:fence_ipmilan", { fencing: true })

function cibOf(values: Record<string, string>): Cib {
  return { ...EMPTY_CIB, quorate: true, sections: { ...EMPTY_CIB.sections, property: { values, ids: {} } } }
}

function members(values: Record<string, string>, all: readonly (RunningSbd | undefined)[], missing: string[] = []) {
  const nodes = all.map((sbd, at) => {
    const have: CibHave = { cluster: "up", cib: cibOf(values), text: "", fingerprint: "f", ...(sbd && { sbd }) }
    return { host: `n${at + 1}`, have, facts: facts() }
  })
  return { all: nodes, elected: nodes[0]!, missing }
}

const runs = (seconds: number | undefined): RunningSbd => ({ seconds })

describe("the cluster counts on watchdogs", () => {
  test("only when sbd runs on all of its nodes, with time enough", () => {
    const wanted = desired({ properties: WANTED })
    const { desired: written, findings } = heldBack(wanted, members({}, [runs(5), runs(5)]))
    expect(written).toEqual(wanted)
    expect(findings).toEqual([])
  })
  test.each([
    [[runs(5), "off"], [], "sbd does not run on n2"],
    [[runs(5), undefined], [], "sbd does not run on n2"],
    [["off", "off", "off"], [], "sbd does not run on n1, n2 and n3"],
    [[runs(5), runs(10)], [], "10s is less than twice the 10 s of sbd on n2"],
    [[runs(5), runs(undefined)], [], "pacemaker was started without sbd's settings on n2"],
    [[runs(5)], ["n2"], "n2 could not be asked"],
  ] as const)("not while %j, missing %j", (all, missing, reason) => {
    const held = heldBack(desired({ properties: WANTED }), members({ "stonith-enabled": "false" }, all, [...missing]))
    expect(held.desired.sections.property).toEqual({ "stonith-enabled": "false" })
    expect(held.findings).toMatchObject([{ severity: "warning", message: `fencing by watchdog waits: ${reason}` }])
  })
  test("a timeout that is there stays until a new one may come", () => {
    const have = { "stonith-watchdog-timeout": "20s" }
    const held = heldBack(desired({ properties: WANTED }), members(have, [runs(10)]))
    expect(held.desired.sections.property).toEqual(have)
    expect(heldBack(desired({ properties: WANTED }), members(have, [runs(5)])).desired.sections.property).toEqual(
      WANTED,
    )
  })
  test("what is there already is not asked for again, whatever runs", () => {
    expect(heldBack(desired({ properties: WANTED }), members(WANTED, ["off"])).findings).toEqual([])
  })
  test("devices that fence are turned on without it", () => {
    const properties = { ...WANTED, "stonith-enabled": "true" }
    const held = heldBack(desired({ properties, resources: [DEVICE] }), members({}, ["off"]))
    expect(held.desired.sections.property).toEqual({ "stonith-enabled": "true" })
  })
})

test("the step leaves out what it holds back, in what it finds and in what it writes", () => {
  const want = { desired: desired({ properties: { ...WANTED, "batch-limit": "3" } }) }
  const ready = members({}, [runs(5)])
  const waiting = members({}, ["off"])
  expect(cib.check(want, ready).map(({ attribute }) => attribute)).toEqual([
    "property stonith-watchdog-timeout",
    "property batch-limit",
  ])
  expect(cib.check(want, waiting).map(({ attribute }) => attribute)).toEqual(["property batch-limit"])
  expect(cib.findings?.(want, waiting).map(({ message }) => message)).toEqual([
    "fencing by watchdog waits: sbd does not run on n1",
  ])
})

test("sbd is asked about only where it matters", () => {
  const script = (properties: Record<string, string>) => cib.probe({ desired: desired({ properties }) }).script
  expect(script(WANTED)).toContain("/run/sbd.pid")
  expect(script({ "stonith-watchdog-timeout": "0" })).not.toContain("sbd")
  expect(script({})).not.toContain("sbd")
})
