import { expect, test } from "vitest"
import type { HaproxyServer, HaproxyService } from "../../../src/model/haproxy.ts"
import type { CrmNode, CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import { topologyOf } from "../../../src/verbs/topology.ts"
import { INVENTORY, VIP } from "../status/support.ts"

const node = (name: string, more: Partial<CrmNode> = {}): CrmNode => ({
  ...{ name, online: true, standby: false, maintenance: false, pending: false, unclean: false, dc: false },
  ...more,
})
const resource = (id: string, ...nodes: string[]): CrmStatus["resources"][number] => ({
  ...{ id, agent: "x", role: "Started", active: nodes.length > 0, failed: false, managed: true, disabled: false },
  ...{ nodes, within: [] },
})
const status = (nodes: readonly CrmNode[], resources: CrmStatus["resources"]): CrmStatus => ({
  ...{ dc: undefined, quorate: true, maintenance: false, noQuorumPolicy: undefined, nodes, resources },
  ...{ failures: [], bans: [] },
})

test("who holds what is the cluster's word: VIPs first, nodes that the inventory does not name too", () => {
  const nodes = [
    node("controller1", { standby: true }),
    node("controller2", { online: false }),
    node("stranger", { unclean: true }),
  ]
  const resources = [
    resource("lb-haproxy", "controller1"),
    resource("lb-haproxy", "stranger"),
    resource("vip", "controller1"),
  ]
  expect(topologyOf(INVENTORY, status(nodes, resources))).toEqual({
    nodes: [
      { name: "controller1", state: "standby" },
      { name: "controller2", state: "offline" },
      { name: "controller3", state: undefined },
      { name: "stranger", state: "unclean" },
    ],
    held: [
      { what: "vip", address: VIP.address, on: ["controller1"] },
      { what: "lb-haproxy", on: ["controller1", "stranger"] },
    ],
    services: [{ name: "web", vip: "vip", port: 8080, members: ["controller1", "controller2", "controller3"] }],
  })
})

test("without a cluster the addresses tell; without either nobody knows", () => {
  expect(topologyOf(INVENTORY, undefined, new Map([["vip", ["controller3"]]]))?.held).toEqual([
    { what: "vip", address: VIP.address, on: ["controller3"] },
  ])
  expect(topologyOf(INVENTORY, undefined)).toBeUndefined()
})

test("the cluster that a distribution starts on installation is none", () => {
  expect(topologyOf(INVENTORY, status([node("node1")], []))).toBeUndefined()
})

test("who serves a service is a host by its address, or whoever the inventory names", () => {
  const [service] = INVENTORY.haproxy!.services as [HaproxyService]
  const [server] = service.servers as [HaproxyServer]
  const servers = [
    { ...server, name: "node-a" },
    { ...server, name: "far", address: "192.168.9.9" },
  ]
  const inventory = { ...INVENTORY, haproxy: { ...INVENTORY.haproxy!, services: [{ ...service, servers }] } }
  expect(topologyOf(inventory, status([node("controller1")], []))?.services).toMatchObject([
    { members: ["controller1", "far"] },
  ])
})
