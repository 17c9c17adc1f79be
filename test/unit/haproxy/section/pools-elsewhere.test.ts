import { expect, test } from "vitest"
import { stringify } from "yaml"
import { inventoryParser } from "../../../../src/inventory/parse.ts"

const parse = await inventoryParser()

/** What is wrong with an inventory of two groups, each with a VIP and haproxy. */
function wrong(services: readonly object[]): string | undefined {
  const inventory = {
    name: "lab",
    controllers: { c1: "10.0.0.1", c2: "10.0.0.2" },
    loadbalancers: { l1: "10.0.0.4", l2: "10.0.0.5" },
    vips: {
      inner: { address: "10.0.0.8/24", on: "controllers", manager: "keepalived" },
      outer: { address: "10.0.0.9/24", on: "loadbalancers", manager: "keepalived" },
    },
    haproxy: { services },
  }
  try {
    parse(stringify(inventory), "prod.yaml")
    return undefined
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const api = { name: "api", port: 80, vip: "inner" }

test("a service cannot send to the servers of one that is on other hosts: their haproxy has no such backend", () => {
  const said = "the servers of api are in the haproxy of the controllers, and web is on the loadbalancers"
  expect(wrong([api, { name: "web", port: 80, vip: "outer", pool: "api" }])).toContain(said)
  const routed = { name: "web", port: 80, vip: "outer", mode: "http", routes: [{ pool: "api" }] }
  expect(wrong([api, routed])).toContain(said)
})

test("on the same hosts it can", () => {
  expect(wrong([api, { name: "web", port: 81, vip: "inner", pool: "api" }])).toBeUndefined()
})
