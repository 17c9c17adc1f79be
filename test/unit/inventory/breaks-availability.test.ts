import { describe, expect, test } from "vitest"
import { parseInventory } from "../parse-inventory.ts"
import { cluster, HEAD, problemsOf } from "./support.ts"

const messages = (text: string) => problemsOf(text).map((problem) => problem.replace(/^\S+ /, ""))

describe("a monitor of no interval is refused:", () => {
  test.each([
    ["haproxy.monitor", "haproxy: { monitor: 0s, services: [{ preset: galera }] }\nvips: { v: 10.0.0.9/24 }\n"],
    ["vips.v.monitor", "vips: { v: { address: 10.0.0.9/24, monitor: 0min } }\n"],
  ])("%s", (path, text) => {
    expect(messages(`${HEAD}${text}`)).toEqual([
      `${path}: must be more than 0, which pacemaker takes for "never again"`,
    ])
  })
})

test.each([
  ["10.0.0.0/24", "10.0.0.0 is the address of the network 10.0.0.0/24 itself"],
  ["10.0.0.255/24", "10.0.0.255 is the broadcast address of its network"],
  ["10.0.0.9/0", "a prefix of 0 is no network: every address would be in it"],
  ["0.0.0.0/24", "0.0.0.0 is no host's address"],
  ["224.0.0.18/24", "224.0.0.18 is a multicast address"],
  ["ff02::12/64", "ff02::12 is a multicast address"],
])("the VIP %s is refused", (address, message) => {
  expect(messages(`${HEAD}vips: { v: "${address}" }\n`)).toEqual([`vips.v: ${message}`])
})

test.each(["10.0.0.8/31", "10.0.0.9/32", "fd00::9/64"])("the VIP %s is none of these", (address) => {
  expect(messages(`${HEAD}vips: { v: { address: "${address}", nic: eth0.100 } }\n`)).toEqual([])
})

test.each([
  ["0.0.0.0", "0.0.0.0 is no host's address"],
  ["239.1.2.3", "239.1.2.3 is a multicast address"],
  ["255.255.255.255", "255.255.255.255 is the broadcast address of its network"],
  ["::", ":: is no host's address"],
])("a host at %s is refused", (address, message) => {
  expect(messages(`name: x\ncontrollers: { c1: "${address}" }\n`)).toEqual([`controllers.c1: ${message}`])
})

test.each(["e n0", "a/b", "interface-of-16-c", ""])("the interface %o is refused", (nic) => {
  expect(messages(`${HEAD}vips: { v: { address: 10.0.0.9/24, nic: "${nic}" } }\n`)).toEqual([
    "vips.v.nic: an interface's name has 1 to 15 characters, neither spaces nor /",
  ])
})

const constraints = (text: string) =>
  messages(cluster(`  resources: { a: { agent: "systemd:a" }, b: { agent: "systemd:b" } }\n  constraints: ${text}\n`))

test.each([
  ["[{ colocate: a, with: a }]", "pacemaker.constraints[0].with: a is there twice"],
  ["[{ order: [b, b] }]", "pacemaker.constraints[0].order[1]: b is there twice"],
  [
    "[{ order: [a, b] }, { order: [b, a], kind: Optional }]",
    "pacemaker.constraints[1]: line 9 says the opposite order, and neither could begin",
  ],
])("the constraints %s are refused", (text, message) => {
  expect(constraints(text)).toEqual([message])
})

test("a resource that stops before another one starts may be promoted after it", () => {
  expect(constraints("[{ order: [stop a, start b] }, { order: [start b, promote a] }]")).toEqual([])
})

test("pcsd's port is refused to services on the members, and free elsewhere", () => {
  const service = "haproxy: { services: [{ name: web, port: 2224, backendPort: 80 }] }\n"
  expect(messages(`${HEAD}vips: { v: 10.0.0.9/24 }\n${service}`)).toEqual([
    "haproxy.services[0].port: port 2224 is pcsd's, on every address of the cluster's members",
  ])
  const elsewhere =
    "loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }\nvips: { v: { address: 10.0.0.9/24, manager: keepalived } }\n"
  expect(messages(`${HEAD}${elsewhere}${service}`)).toEqual([])
})

test("a kernel parameter that keeps haproxy from addresses it lacks is warned of", () => {
  const haproxy = "vips: { v: 10.0.0.9/24 }\nhaproxy: { services: [{ preset: galera }] }\n"
  const warnings = (value: number) =>
    parseInventory(`${HEAD}${haproxy}sysctl: { net.ipv4.ip_nonlocal_bind: ${value} }\n`, "i.yaml").warnings
  const warning = "i.yaml:9:11 sysctl.net.ipv4.ip_nonlocal_bind: without it haproxy does not start where the VIP is not"
  expect(
    warnings(0)
      .filter((text) => text.includes("sysctl"))
      .map((text) => text.replace(/:9:\d+/, ":9:11")),
  ).toEqual([warning])
  expect(warnings(1).join()).not.toContain("sysctl")
})

test("an operation that stops a whole clone for one failure is warned of", () => {
  const of = (text: string) =>
    parseInventory(text, "i.yaml")
      .warnings.filter((warning) => warning.includes("clone"))
      .map((text) => text.replace(/^\S+ /, ""))
  const haproxy =
    "vips: { v: 10.0.0.9/24 }\nhaproxy: { resource: { operations: { monitor: { on-fail: stop } } }, services: [{ preset: galera }] }\n"
  expect(of(`${HEAD}${haproxy}`)).toEqual([
    "haproxy.resource.operations.monitor: on-fail: stop on a clone: one failure on one node stops lb-haproxy on every node",
  ])
  const resource = (clone: boolean, fate: string) =>
    of(
      cluster(
        `  resources: { a: { agent: "systemd:a", clone: ${clone}, operations: { monitor: { on-fail: ${fate} } } } }\n`,
      ),
    )
  expect(resource(true, "stop")).toEqual([
    "pacemaker.resources.a.operations.monitor: on-fail: stop on a clone: one failure on one node stops a on every node",
  ])
  expect([...resource(false, "stop"), ...resource(true, "restart")]).toEqual([])
})
