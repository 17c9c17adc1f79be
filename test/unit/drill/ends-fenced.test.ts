import { expect, test } from "vitest"
import { endsFenced } from "../../../src/drill/ends-fenced.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"

const vip = { name: "vip", address: "10.0.0.11", manager: "pacemaker" } as const
const kept = { ...vip, manager: "keepalived" } as const

test("a fault that splits is over with the node's restart where the cluster moves the VIP, and fences before", () => {
  expect(endsFenced(FAULTS.partition, { vip }, true)).toBe(true)
  expect(endsFenced(FAULTS["node-freeze"], { vip }, true)).toBe(true)
})

test("whatever nobody fences is put back by haops: keepalived's VIP moves at once, and its load balancer stays frozen", () => {
  expect(endsFenced(FAULTS["node-freeze"], { vip: kept }, true)).toBe(false)
  expect(endsFenced(FAULTS["node-freeze"], { vip }, false)).toBe(false)
  expect(endsFenced(FAULTS.standby, { vip }, true)).toBe(false)
  expect(endsFenced(FAULTS["pacemaker-kill"], { vip }, true)).toBe(false)
})
