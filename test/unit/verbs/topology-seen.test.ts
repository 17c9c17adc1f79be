import { expect, test } from "vitest"
import { createWorld } from "../../../src/engine/world.ts"
import { parseHolder } from "../../../src/keepalived/holder.ts"
import { keepalivedConverged } from "../../../src/keepalived/steps/keepalived-converged.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { topologySeen } from "../../../src/verbs/topology.ts"
import { inventoryOf } from "../keepalived/support.ts"
import { facts } from "../step-harness.ts"

/** What a run ends with whose hosts answered that to the proof of keepalived's VIPs; one without a line could not be asked. */
function seen(said: Readonly<Record<string, string>>) {
  const inventory = inventoryOf()
  const world = createWorld(inventory.hosts)
  for (const state of world.values()) {
    const stdout = said[state.host.name]
    Object.assign(state, { transport: {} as Transport, facts: facts() })
    if (stdout !== undefined) state.answers.set("t", { have: parseHolder({ stdout, stderr: "" }) })
  }
  const wants = new Map(inventory.hosts.map(({ name }) => [name, undefined]))
  const task = { id: "t", stage: "proof", step: keepalivedConverged, title: "", wants }
  const context = { world } as Parameters<typeof topologySeen>[0]["context"]
  return topologySeen({ inventory, barriers: [{ stage: "proof", tasks: [task] }], context })?.held
}

test("without a cluster the hosts themselves tell who holds keepalived's VIPs", () => {
  expect(seen({ lb1: "keepalived yes\n", lb2: "held public\n", c1: "held database\n", c2: "", c3: "" })).toEqual([
    { what: "public", address: "192.168.122.200", on: ["lb2"] },
    { what: "database", address: "10.0.0.200", on: ["c1"] },
  ])
})

test("a VIP that none of those has who answered may be at one who did not: nobody knows, and it is not nowhere", () => {
  const held = (said: Readonly<Record<string, string>>) => seen(said)?.map(({ on, unknown }) => unknown ?? on)
  expect(held({ lb1: "keepalived yes\n", c1: "held database\n" })).toEqual([true, ["c1"]])
  expect(held({ lb1: "held public\n", c1: "", c2: "", c3: "" })).toEqual([["lb1"], []])
  expect(held({ c2: "held database\n" })).toEqual([true, ["c2"]])
})

test("where no host answered nobody is said to hold nothing", () => {
  expect(seen({})).toBeUndefined()
})
