import { describe, expect, test } from "vitest"
import { addressOf, probedService, targetOf } from "../../../src/drill/probed-service.ts"
import { parseSpan } from "../../../src/drill/span.ts"
import { parseInventory } from "../parse-inventory.ts"

const inventory = parseInventory(
  `name: prod
controllers: { controller1: 10.0.0.12, controller2: 10.0.0.13 }
pacemaker: { password: { env: PW } }
vips: { vip: 10.0.0.11/24, inner: 10.0.0.9/24, db: 10.0.0.8/24, idle: 10.0.0.7/24 }
haproxy:
  services:
    - { name: galera, vip: vip, port: 3306, mode: tcp }
    - { name: rabbit, vip: vip, port: 5673, mode: tcp }
    - { name: web, vip: vip, port: 8080, mode: http }
    - { name: amqp, vip: inner, port: 5673, mode: tcp }
    - { name: galera_db, vip: db, port: 3306, mode: tcp }
`,
  "prod.yaml",
)
const aim = (vip?: string, service?: string) => {
  const found = probedService(inventory, { vip, service })
  return `${found.vip.name} ${found.service.name} ${addressOf(found)}`
}

describe("what a drill asks", () => {
  test.each([
    ["the first VIP, and there what speaks HTTP", undefined, undefined, "vip web http://10.0.0.11:8080/"],
    ["a VIP by its name, by TCP where nothing speaks HTTP", "inner", undefined, "inner amqp 10.0.0.9:5673"],
    ["a service by its name, which names its VIP", undefined, "amqp", "inner amqp 10.0.0.9:5673"],
    ["a database only where it is named", undefined, "galera", "vip galera 10.0.0.11:3306"],
  ])("%s", (_, vip, service, expected) => {
    expect(aim(vip, service)).toBe(expected)
  })

  test.each([
    ["an unknown VIP, with the nearest", "iner", undefined, 'there is no VIP "iner"'],
    ["an unknown service", undefined, "wbe", 'there is no service on a VIP "wbe"'],
    ["a service that is on another VIP", "vip", "amqp", "the service amqp is on inner, not on vip"],
    ["a VIP without a service", "idle", undefined, "no service of prod.yaml is on idle"],
    ["a VIP with nothing but databases", "db", undefined, "no service but databases"],
  ])("%s is wrong input", (_, vip, service, message) => {
    expect(() => aim(vip, service)).toThrow(
      expect.objectContaining({ code: "E_INPUT", message: expect.stringContaining(message) }),
    )
  })
})

test("the target knows haproxy's resource where pacemaker runs it", () => {
  expect(targetOf(inventory, probedService(inventory, {}), "controller2")).toMatchObject({
    node: "controller2",
    haproxy: "lb-haproxy",
  })
})

test.each([
  ["3s", 3000],
  ["500ms", 500],
  ["2min", 120_000],
  ["0.5s", 500],
  ["3", undefined],
  ["3 s", undefined],
  ["-1s", undefined],
  ["", undefined],
])("the span %j is %s", (text, ms) => {
  expect(parseSpan(text)).toBe(ms)
})
