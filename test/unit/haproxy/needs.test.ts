import { expect, it } from "vitest"
import { needs } from "../../../src/haproxy/needs.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { portOfVip } from "../../../src/model/vip-port.ts"
import { expand, THREE } from "./support.ts"

it("claims no port that haproxy's environment holds, and asks a VIP on one that is known", () => {
  const services = [
    { name: "api", port: "$API_PORT", backendPort: 6443 },
    { name: "web", port: 80, bind: "$WEB_ADDRESS" },
    { name: "sql", port: 3306 },
  ]
  const { settings, problems } = expand({ ...THREE, haproxy: { services } })
  const host = { name: "controller1", address: "10.0.0.12", group: "controllers" }
  const inventory = { name: "x", hosts: [host], vips: [], haproxy: settings } as unknown as Inventory
  expect(problems).toEqual([])
  expect(needs(inventory, inventory.hosts[0]!)?.ports?.map(({ use, port }) => [use, port])).toEqual([["sql", 3306]])
  expect(portOfVip(inventory, "vip")).toBe(3306)
})
