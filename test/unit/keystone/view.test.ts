import { expect, test } from "vitest"
import type { KeystoneState } from "../../../src/keystone/state.ts"
import { view } from "../../../src/keystone/view.ts"
import type { Look, Seen } from "../../../src/model/view.ts"
import { lookOf } from "../look.ts"
import { parseInventory } from "../parse-inventory.ts"
import { ENDPOINTS, HEAD, inventoryOf, state } from "./support.ts"

const inventory = inventoryOf()
const well = state()
const rotated = state({ keys: new Map([...well.keys, [2, "e".repeat(64)]]) })
const stopped = state({ unit: { ...well.unit, active: "inactive" }, listens: false })

function look(states: Record<string, KeystoneState>, answers: boolean): Look {
  return lookOf(inventory, states, () => answers)
}

function checks(states: Record<string, KeystoneState>, answers = true) {
  const seen: Seen = { look: look(states, answers), assessed: () => [], unasked: [], fromHere: new Map() }
  return Object.fromEntries(
    (view.checks?.(seen) ?? []).map(({ id, outcome, evidence }) => [id, [outcome, ...evidence]]),
  )
}

test("three that answer, with the same keys, and endpoints at the VIP", () => {
  expect(checks({ c1: well, c2: well, c3: well })).toEqual({
    keystone: ["pass", "c1 on 10.0.0.1", "c2 on 10.0.0.2", "c3 on 10.0.0.3"],
    "keystone-keys": ["pass", expect.stringMatching(/^2 keys, digest [0-9a-f]{12}$/)],
    "keystone-catalogue": ["pass", "identity in RegionOne"],
  })
})

test("verify tells who does not run, does not answer, or could not be asked", () => {
  expect(checks({ c1: well, c2: stopped }).keystone).toEqual([
    "fail",
    "c2: Keystone does not run",
    "c3: could not be asked",
  ])
  expect(checks({ c1: well, c2: well, c3: well }, false).keystone?.[1]).toBe("c1: Keystone runs and does not answer")
})

test("verify tells keys that differ, and those that nobody has", () => {
  const [outcome, ...evidence] = checks({ c1: well, c2: rotated, c3: well })["keystone-keys"]!
  expect(outcome).toBe("fail")
  expect(evidence).toHaveLength(3)
  const none = state({ keys: new Map() })
  expect(checks({ c1: none, c2: none, c3: none })["keystone-keys"]?.[1]).toBe("c1: none")
  expect(checks({ c1: well, c2: well })["keystone-keys"]).toContain("c3: could not be asked")
})

test("verify tells endpoints that are not the inventory's, and warns of others at no VIP", () => {
  const of = (endpoints: typeof ENDPOINTS) => {
    const one = state({ database: { ...well.database!, endpoints } })
    return checks({ c1: one, c2: one, c3: one })["keystone-catalogue"]
  }
  const moved = { ...ENDPOINTS[0]!, url: "http://10.0.0.1:5000/v3/" }
  expect(of([moved, ...ENDPOINTS.slice(1)])).toEqual([
    "fail",
    "public endpoint of identity: http://10.0.0.1:5000/v3/, wanted http://10.0.0.11:5000/v3/",
  ])
  const old = { ...ENDPOINTS[0]!, id: "o", type: "image", url: "http://10.0.0.1:9292" }
  expect(of([...ENDPOINTS, old])).toEqual(["warn", "at no VIP: public endpoint of image, http://10.0.0.1:9292"])
  expect(checks({ c1: state({ database: undefined }) })["keystone-catalogue"]).toEqual([
    "fail",
    "no database could be asked",
  ])
})

test("status has a line for each host, and the endpoints that point elsewhere; and none without the section", () => {
  const blocks = view.lines?.(view.picture!(look({ c1: well, c2: stopped }, true)) as never) ?? []
  const rows = blocks.flatMap((block) => ("rows" in block ? block.rows : []))
  expect(rows.slice(1).map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)))).toEqual([
    ["c1", "listens", "2", expect.stringMatching(/^[0-9a-f]{12}$/)],
    ["c2", "stopped", "2", expect.stringMatching(/^[0-9a-f]{12}$/)],
    ["c3", "unknown", "", ""],
  ])
  const without = { ...look({}, true), inventory: parseInventory(HEAD, "i.yaml") }
  expect(view.lines?.(view.picture!(without) as never)).toEqual([])
  expect(view.checks?.({ look: without, assessed: () => [], unasked: [], fromHere: new Map() })).toEqual([])
})
