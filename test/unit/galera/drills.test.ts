import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { drills } from "../../../src/galera/drills.ts"
import type { GaleraState } from "../../../src/galera/node/state.ts"
import type { ServiceAim } from "../../../src/model/drill.ts"
import { lookOf } from "../look.ts"
import { parseInventory } from "../parse-inventory.ts"
import { facts } from "../step-harness.ts"
import { stopped, synced } from "./support.ts"

const HEAD = `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker: { password: { env: P } }
vips: { public: 10.0.0.11/24 }
haproxy: { services: [{ preset: galera }] }
`
const SHOP = "galera: { databases: { shop: { password: { env: DB } } } }\n"

function aim(states: Record<string, GaleraState>, text = HEAD + SHOP): ServiceAim | string {
  const inventory = parseInventory(text, "lab.yaml")
  const live = inventory.hosts.map((host) => ({ host, facts: facts({ host: host.name }) }))
  const look = { ...lookOf(inventory, states), live, host: (name: string) => ({ facts: facts({ host: name }) }) }
  return drills[0]!.aim(look)
}

test("the writer is hit, and a client elsewhere writes through the VIP, its password on standard input alone", () => {
  const found = aim({ c1: synced(), c2: synced({ clients: 4 }), c3: synced() })
  if (typeof found === "string") throw new Error(found)
  expect(found).toMatchObject({
    node: "c2",
    service: { name: "database shop", at: "10.0.0.11:3306" },
    client: { host: "c1", what: "rows" },
  })
  expect(found.words.join(" ")).toContain("a table haops_drill of shop")
  const login = found.client.login(() => new Secret('a"b\\c'))
  expect(login.reveal()).toBe('[client]\nuser=shop\npassword="a\\"b\\\\c"\n.\n')
  expect(found.client.argv.join(" ")).not.toContain('a"b')
})

test.each<[string, string | undefined, RegExp]>([
  ["there is no section", HEAD, /no section "galera"/],
  [
    "of two members the other would stop",
    HEAD.replace(", c3: 10.0.0.3", "") + SHOP.replace("{ d", "{ quorum: first, d"),
    /of 2 members/,
  ],
  ["no VIP leads to it", HEAD.replace(/^haproxy.*$/m, "") + SHOP, /at no VIP/],
  ["nothing can be written to", `${HEAD}galera: {}\n`, /names none/],
])("it is refused where %s", (_what, text, why) => {
  const all = { c1: synced(), c2: synced(), c3: synced() }
  expect(aim(all, text)).toMatch(why)
})

test("it is refused where no member serves", () => {
  expect(aim({ c1: stopped(), c2: stopped(), c3: stopped() })).toMatch("no member serves")
})
