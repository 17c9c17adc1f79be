import { assert, expect, test } from "vitest"
import { FAULTS } from "../../../src/drill/faults/index.ts"
import { previewDrill, requireAgreed } from "../../../src/drill/preview.ts"
import { probedService } from "../../../src/drill/probed-service.ts"
import { assembleStatus } from "../../../src/status/assemble.ts"
import type { Status } from "../../../src/status/model.ts"
import { answersOf, INVENTORY, VIEWS } from "../status/support.ts"

const STATUS = assembleStatus(answersOf(), VIEWS)
assert(STATUS.pacemaker !== undefined)
const PACEMAKER = STATUS.pacemaker

const prospect = (changes: Partial<Status> = {}) =>
  previewDrill(probedService(INVENTORY, {}), FAULTS.partition, {
    ...{ inventory: INVENTORY, status: { ...STATUS, ...changes }, checks: [], resources: [], traces: [] },
  })
const on = (...holders: string[]): Partial<Status> => ({ vips: STATUS.vips.map((vip) => ({ ...vip, holders })) })

test("a drill is about the node that holds the VIP", () => {
  expect(prospect(on("controller2")).target.node).toBe("controller2")
  expect(() => prospect(on("controller1", "controller2"))).toThrow(expect.objectContaining({ code: "E_REFUSED" }))
})

test("what was agreed to holds while nothing has changed", () => {
  expect(() => requireAgreed(prospect(), prospect())).not.toThrow()
})

test.each([
  ["the VIP has moved", on("controller2"), "controller2"],
  ["quorum is ignored by now", { pacemaker: { ...PACEMAKER, noQuorumPolicy: "ignore" } }, "SPLIT BRAIN"],
] satisfies [string, Partial<Status>, string][])("a drill is refused where %s", (_, changes, said) => {
  expect(() => requireAgreed(prospect(changes), prospect(on("controller1")))).toThrow(
    expect.objectContaining({ code: "E_REFUSED", message: expect.stringContaining(said) }),
  )
})
