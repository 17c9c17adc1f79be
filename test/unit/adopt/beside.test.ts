import { expect, test } from "vitest"
import type { HostAnswer } from "../../../src/adopt/ask.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { parseInventory } from "../parse-inventory.ts"
import { adopted, bare } from "./adopting.ts"

// Hosts that were named and are no members: load balancers, and whoever keeps a quorum device's vote.

const CIB = `<cib validate-with="pacemaker-3.9"><configuration>
<crm_config><cluster_property_set id="b"><nvpair id="b-f" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>
<resources><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="vip-i"><nvpair id="vip-ip" name="ip" value="10.0.0.11"/><nvpair id="vip-p" name="cidr_netmask" value="24"/></instance_attributes><operations><op id="vip-m" name="monitor" interval="30s"/></operations></primitive>RESOURCES</resources>
<constraints>CONSTRAINTS</constraints></configuration></cib>`
const CLUSTERED = CIB.replace(
  "RESOURCES",
  '<clone id="lb-haproxy-clone"><primitive id="lb-haproxy" class="systemd" type="haproxy"><operations><op id="h" name="monitor" interval="60s"/></operations></primitive></clone>',
).replace(
  "CONSTRAINTS",
  `<rsc_order id="o" first="vip" then="lb-haproxy-clone" kind="Optional"/>
  <rsc_colocation id="c" rsc="lb-haproxy-clone" with-rsc="vip" score="INFINITY"/>`,
)
const BARE = CIB.replace(/RESOURCES|CONSTRAINTS/g, "")

const web = (bind: string) => `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen web
  bind ${bind}:80
  server alpha 10.0.0.12:8080 check
  server beta 10.0.0.13:8080 check
`
const keepalived = (priority: number) => `vrrp_instance public {
  interface eth0
  virtual_router_id 9
  priority ${priority}
  unicast_peer {
    10.0.0.22
  }
  virtual_ipaddress {
    10.0.0.9/24
  }
}
`

function corosync(device?: { host: string; algorithm: string }): string {
  const node = (host: string, ip: string, id: number) => `node {\nring0_addr: ${ip}\nname: ${host}\nnodeid: ${id}\n}\n`
  const own =
    device === undefined
      ? "two_node: 1\n"
      : `device {\nmodel: net\nnet {\nhost: ${device.host}\nalgorithm: ${device.algorithm}\n}\n}\n`
  return `totem {\nversion: 2\ncluster_name: lab\ntransport: knet\n}
nodelist {\n${node("alpha", "10.0.0.12", 1)}${node("beta", "10.0.0.13", 2)}}\nquorum {\nprovider: corosync_votequorum\n${own}}\n`
}

function members(parts: Partial<HostAnswer> = {}) {
  const all = { cib: BARE, corosync: corosync(), ...parts }
  return [bare("alpha", "10.0.0.12", all), bare("beta", "10.0.0.13", all)]
}

const balancer = (name: string, ip: string, priority: number, parts: Partial<HostAnswer> = {}) =>
  bare(name, ip, { haproxy: web("10.0.0.9"), keepalived: keepalived(priority), ...parts })
const groups = ({ hosts }: Inventory) => hosts.map(({ name, group }) => `${name} ${group}`)
const MEMBERS = ["alpha controllers", "beta controllers"]
const notTaken = (told: readonly string[]) => told.filter((one) => one.includes("not taken in"))

test("that balance, as no member does, they are its load balancers, those of the highest priority first", async () => {
  const { text, told, problems } = await adopted([
    ...members(),
    balancer("lb2", "10.0.0.22", 90),
    balancer("lb1", "10.0.0.21", 100),
  ])
  expect({ problems, told: told.filter((one) => !one.startsWith("haproxy.cfg: ")) }).toEqual({ problems: [], told: [] })
  const inventory = parseInventory(text, "a.yaml")
  expect(groups(inventory)).toEqual([...MEMBERS, "lb1 loadbalancers", "lb2 loadbalancers"])
  const vips = inventory.vips.map(({ name, on, manager }) => [name, on, manager])
  expect(vips.toSorted()).toEqual([
    ["public", "loadbalancers", "keepalived"],
    ["vip", "controllers", "pacemaker"],
  ])
  expect(inventory.haproxy).toMatchObject({ on: ["loadbalancers"], services: [{ name: "web", vip: "public" }] })
  expect(inventory.pacemaker?.resources.map(({ id }) => id)).toEqual(["vip"])
})

test.each([
  ["members balance as well", members({ haproxy: web("10.0.0.11") }), {}],
  ["they are in another cluster", members(), { corosync: corosync().replace(/lab|alpha|beta/g, "other") }],
])("where %s, they are told and left out", async (_, asked, parts) => {
  const stranger = balancer("lb1", "10.0.7.21", 100, parts)
  const { text, told } = await adopted([...asked, stranger])
  expect(notTaken(told)).toEqual(["10.0.7.21 is no member of the cluster, and not taken in"])
  expect(groups(parseInventory(text, "a.yaml"))).toEqual(MEMBERS)
})

test("of two that are called the same the second is told and left out", async () => {
  const { text, told } = await adopted([...members(), balancer("lb", "10.0.0.21", 9), balancer("lb", "10.0.0.22", 8)])
  expect(notTaken(told)).toEqual(["10.0.0.22 is no member of the cluster, and not taken in"])
  expect(groups(parseInventory(text, "a.yaml"))).toEqual([...MEMBERS, "lb loadbalancers"])
})

test.each([
  ["by its name", "third", "ffsplit", { host: "third" }],
  ["by its address", "10.0.0.30", "lms", { host: "third", algorithm: "lms" }],
])(
  "the host of the quorum device, which corosync has %s, is one of the inventory, and the device is said",
  async (_, host, algorithm, said) => {
    const asked = members({ corosync: corosync({ host, algorithm }), cib: CLUSTERED, haproxy: web("10.0.0.11") })
    const { text, told, problems } = await adopted([...asked, bare("third", "10.0.0.30")])
    expect({ problems, told: told.filter((one) => !one.startsWith("haproxy.cfg: ")) }).toEqual({
      problems: [],
      told: [],
    })
    const inventory = parseInventory(text, "a.yaml")
    expect(groups(inventory)).toEqual([...MEMBERS, "third loadbalancers"])
    expect(inventory.pacemaker?.quorumDevice).toEqual({ address: "10.0.0.30", algorithm: "ffsplit", ...said })
    expect(inventory.haproxy?.on).toEqual(["controllers"])
    expect(text).not.toContain("quorumDevice: { host: NAME")
  },
)

test.each([
  ["nobody named it", "third", "ffsplit", web("10.0.0.11"), []],
  ["haproxy would come to it", "third", "ffsplit", web("*"), [bare("third", "10.0.0.30")]],
  ["it decides as no inventory says", "third", "2nodelms", web("10.0.0.11"), [bare("third", "10.0.0.30")]],
])("where %s, the quorum device is a comment", async (_, host, algorithm, haproxy, more) => {
  const asked = members({ corosync: corosync({ host, algorithm }), cib: CLUSTERED, haproxy })
  const { text, told, problems } = await adopted([...asked, ...more])
  expect(problems).toEqual([])
  expect(notTaken(told)).toHaveLength(more.length)
  const inventory = parseInventory(text, "a.yaml")
  expect(groups(inventory)).toEqual(MEMBERS)
  expect(inventory.pacemaker?.quorumDevice).toBeUndefined()
  expect(text).toContain("quorumDevice: { host: NAME")
})
