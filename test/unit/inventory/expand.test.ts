import { describe, expect, test } from "vitest"
import { type Constraint, hostsOf, type Inventory, type Pacemaker } from "../../../src/model/inventory.ts"
import { describeConstraint } from "../../../src/pacemaker/describe-change.ts"
import { parseInventory } from "../parse-inventory.ts"

const HOSTS = "controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }"
const WEB = "services: [{ name: web, port: 80, vip: vip, backendPort: 8000 }]"

function parse(text: string): Inventory {
  return parseInventory(`name: test\n${text}`, "/etc/haops/i.yaml")
}

function cluster(section: string, rest = ""): Pacemaker {
  return parse(`${HOSTS}\npacemaker: { password: { env: P }, ${section} }\n${rest}`).pacemaker!
}

describe("hosts", () => {
  test("take their order from the file and their defaults from nowhere", () => {
    const inventory = parse(`${HOSTS}\nloadbalancers: { lb1: 10.0.0.21 }`)
    expect(inventory.hosts.map((host) => host.name)).toEqual(["c1", "c2", "c3", "lb1"])
    expect(hostsOf(inventory, "loadbalancers").map((host) => host.name)).toEqual(["lb1"])
    expect(inventory.hosts[0]).toMatchObject({ address: "10.0.0.1", links: ["10.0.0.1"], nodeid: undefined })
    expect(inventory.hosts[0]!.ssh).toMatchObject({ become: "sudo", hostKeys: "strict", connectTimeoutMs: 10_000 })
  })

  test("put their own login settings over the inventory's", () => {
    const { hosts } = parse(`ssh: { user: root, port: 22, connectTimeout: 2s, password: { file: secrets/login } }
controllers: { c1: { address: 10.0.0.1, ssh: { port: 2222 } } }`)
    expect(hosts[0]!.ssh).toMatchObject({ user: "root", port: 2222, connectTimeoutMs: 2000 })
    expect(hosts[0]!.ssh.password).toEqual({ from: "file", path: "/etc/haops/secrets/login" })
  })

  test("find their key relative to the inventory's file, or in the home directory", () => {
    const { hosts } = parse(`ssh: { identityFile: ../keys/id }
controllers: { c1: 10.0.0.1, c2: { address: 10.0.0.2, ssh: { identityFile: ~/.ssh/id } }, c3: { address: 10.0.0.3, ssh: { identityFile: /k } } }`)
    const files = hosts.map((host) => host.ssh.identityFile)
    expect(files[0]).toBe("/etc/keys/id")
    expect(files[1]).toMatch(/^\/.*\/\.ssh\/id$/)
    expect(files[2]).toBe("/k")
  })
})

describe("the cluster", () => {
  test("writes option values as text, booleans and numbers too", () => {
    const pacemaker = cluster(
      "properties: { pe-warn-series-max: 1000, maintenance-mode: true, stonith-enabled: false }, resourceDefaults: { migration-threshold: 1 }, operationDefaults: { timeout: 30s }",
    )
    expect(pacemaker.properties).toEqual({
      "pe-warn-series-max": "1000",
      "maintenance-mode": "true",
      "stonith-enabled": "false",
    })
    expect(pacemaker.resourceDefaults).toEqual({ "migration-threshold": "1" })
    expect(pacemaker.operationDefaults).toEqual({ timeout: "30s" })
  })

  test("writes corosync's options as corosync spells them", () => {
    const pacemaker = cluster(
      "totem: { token: 1s, tokenCoefficient: 100, tokenRetransmitsBeforeLossConst: 10, blockUnlistedIps: false }, quorum: { waitForAll: true, autoTieBreaker: false }",
    )
    expect(pacemaker.totem).toEqual({
      token: "1000",
      token_coefficient: "100",
      token_retransmits_before_loss_const: "10",
      block_unlisted_ips: "no",
    })
    expect(pacemaker.quorum).toEqual({ wait_for_all: "1", auto_tie_breaker: "0" })
  })

  test("turns fencing off where there is no device, since nothing would start", () => {
    expect(cluster("shell: auto").properties).toEqual({ "stonith-enabled": "false" })
    const fencing = "fencing: [{ name: power, agent: fence_ipmilan, parameters: { ip: 10.0.9.1, lanplus: 1 } }]"
    expect(cluster(fencing).properties).toEqual({})
    expect(cluster(fencing).fencing).toMatchObject([{ id: "power", parameters: { ip: "10.0.9.1", lanplus: "1" } }])
  })

  test("reads operations and clones in their short and long forms", () => {
    const { resources } = cluster(`resources: {
      a: { agent: "systemd:a", operations: { monitor: 10s }, clone: true },
      b: { agent: "ocf:heartbeat:b", clone: { id: many-b, promotable: true, clone-max: 2 },
           operations: { monitor: [{ interval: 10s, role: Promoted }, { interval: 11s }], start: { timeout: 60s } } },
      c: { agent: "systemd:c", group: g, clone: false } }`)
    expect(resources).toMatchObject([
      {
        operations: [{ name: "monitor", options: { interval: "10s" } }],
        clone: { id: "a-clone", meta: {}, promotable: false },
      },
      {
        operations: [
          { name: "monitor", options: { interval: "10s", role: "Promoted" } },
          { name: "monitor", options: { interval: "11s" } },
          { name: "start", options: { timeout: "60s" } },
        ],
        clone: { id: "many-b", meta: { "clone-max": "2" }, promotable: true },
      },
      { group: "g", clone: undefined },
    ])
  })

  test("gives constraints the ids that pcs gives them", () => {
    const { constraints } = cluster(`resources: { a: { agent: "systemd:a" }, b: { agent: "systemd:b" } }, constraints: [
      { colocate: a, with: b }, { colocate: b, with: a, score: -INFINITY }, { locate: a, prefers: c1, score: 50 },
      { order: [a, b] }, { order: [promote a, start b], kind: Serialize, symmetrical: false, id: mine },
      { order: [stop b, a], kind: Optional }]`)
    expect(constraints.map(inWords)).toEqual([
      "colocation-a-b-INFINITY: a with b INFINITY",
      "colocation-b-a--INFINITY: b with a -INFINITY",
      "location-a-c1-50: a on c1 50",
      "order-a-b-mandatory: start a then start b Mandatory undefined",
      "mine: promote a then start b Serialize false",
      "order-b-a-Optional: stop b then stop a Optional undefined",
    ])
  })
})

function inWords(one: Constraint): string {
  if (one.type === "colocation") return `${one.id}: ${one.resource} with ${one.with} ${one.score}`
  if (one.type === "location") return `${one.id}: ${one.resource} on ${one.node} ${one.score}`
  if (one.type === "composed") return `${one.id}: ${describeConstraint(one)}`
  return `${one.id}: ${one.firstAction} ${one.first} then ${one.thenAction} ${one.then} ${one.kind} ${one.symmetrical}`
}

describe("VIPs and haproxy", () => {
  const VIPS = "vips: { vip: 10.0.0.9/24, api: { address: 10.0.0.8/25, nic: ens3, monitor: 5s } }"

  test("everywhere: haproxy is watched closely and each VIP follows it", () => {
    const { resources, constraints } = cluster("shell: auto", `${VIPS}\nhaproxy: { ${WEB} }`)
    expect(resources).toEqual([
      {
        id: "vip",
        agent: "ocf:heartbeat:IPaddr2",
        parameters: { ip: "10.0.0.9", cidr_netmask: "24" },
        operations: [{ name: "monitor", options: { interval: "30s" } }],
        meta: {},
      },
      {
        id: "api",
        agent: "ocf:heartbeat:IPaddr2",
        parameters: { ip: "10.0.0.8", cidr_netmask: "25", nic: "ens3" },
        operations: [{ name: "monitor", options: { interval: "5s" } }],
        meta: {},
      },
      {
        id: "lb-haproxy",
        agent: "systemd:haproxy",
        parameters: {},
        operations: [{ name: "monitor", options: { interval: "1s", timeout: "20s" } }],
        meta: { "migration-threshold": "1", "failure-timeout": "30s" },
        clone: { id: "lb-haproxy-clone", meta: { interleave: "true" }, promotable: false },
      },
    ])
    expect(constraints.map((constraint) => constraint.id)).toEqual([
      "colocation-vip-lb-haproxy-clone-INFINITY",
      "order-lb-haproxy-clone-vip-mandatory",
      "colocation-api-lb-haproxy-clone-INFINITY",
      "order-lb-haproxy-clone-api-mandatory",
    ])
  })

  test("with-vip: the literal words of the guides", () => {
    const { resources, constraints } = cluster(
      "shell: auto",
      `vips: { vip: 10.0.0.9/24 }\nhaproxy: { placement: with-vip, ${WEB} }`,
    )
    expect(resources[1]).toEqual({
      id: "lb-haproxy",
      agent: "systemd:haproxy",
      parameters: {},
      operations: [],
      meta: {},
      clone: { id: "lb-haproxy-clone", meta: {}, promotable: false },
    })
    expect(constraints.map((constraint) => constraint.id)).toEqual([
      "order-vip-lb-haproxy-clone-Optional",
      "colocation-lb-haproxy-clone-vip-INFINITY",
    ])
  })

  test("a pair that the user has tied is left at the user's word", () => {
    const own = "constraints: [{ order: [vip, lb-haproxy-clone], kind: Optional }]"
    const { constraints } = cluster(own, `vips: { vip: 10.0.0.9/24 }\nhaproxy: { ${WEB} }`)
    expect(constraints.map((constraint) => constraint.id)).toEqual([
      "order-vip-lb-haproxy-clone-Optional",
      "colocation-vip-lb-haproxy-clone-INFINITY",
    ])
  })

  test("user's resources come before those of VIPs and haproxy", () => {
    const { resources } = cluster(`resources: { a: { agent: "systemd:a" } }`, `${VIPS}\nhaproxy: { ${WEB} }`)
    expect(resources.map((resource) => resource.id)).toEqual(["a", "vip", "api", "lb-haproxy"])
  })

  test("the cluster can be that of the load balancers", () => {
    const { pacemaker, vips } = parse(`${HOSTS}
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
pacemaker: { on: loadbalancers, password: { env: P } }
vips: { vip: 10.0.0.9/24 }
haproxy: { ${WEB} }`)
    expect(vips[0]!.on).toBe("loadbalancers")
    expect(pacemaker!.resources.map((resource) => resource.id)).toEqual(["vip", "lb-haproxy"])
  })

  test("a VIP of keepalived is no resource of the cluster", () => {
    const { pacemaker } = parse(`${HOSTS}
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
pacemaker: { password: { env: P } }
vips: { vip: { address: 10.0.0.9/24, manager: keepalived, virtualRouterId: 50 } }`)
    expect(pacemaker!.resources).toEqual([])
  })
})

describe("warnings", () => {
  const text = (section: string, rest = "") =>
    parse(`${HOSTS}\npacemaker: { password: { env: P }, ${section} }\n${rest}`).warnings.map((warning) =>
      warning.replace("/etc/haops/i.yaml:", ""),
    )
  const OFF = "3:14 pacemaker.properties.stonith-enabled: fencing is off: a split brain would corrupt shared data"

  test("name a cluster without fencing, at the property or where it would be", () => {
    expect(text("shell: auto")).toEqual([OFF.replace("3:14", "3:12")])
    expect(text("properties: { stonith-enabled: no }")).toEqual([OFF.replace("3:14", "3:67")])
    expect(text("properties: { stonith-enabled: true }")).toEqual([
      "3:67 pacemaker.properties.stonith-enabled: without a device in pacemaker.fencing nothing will start",
    ])
  })

  const fencing = "fencing: [{ name: f, agent: fence_dummy }]"
  test.each([
    [
      `${fencing}, properties: { cluster-recheck-interval: 5 }`,
      "3:120 pacemaker.properties.cluster-recheck-interval: means 5 seconds; write 5min or 5s",
    ],
    [
      `${fencing}, properties: { no-quorum-policy: ignore }`,
      "3:112 pacemaker.properties.no-quorum-policy: each half of a split cluster runs everything",
    ],
  ])("%s", (section, warning) => {
    expect(text(section)).toEqual([warning])
  })

  test("name a template without a monitor, and what is made from it that has none of its own", () => {
    const resources =
      "resources: { a: { agent: template:t }, b: { agent: template:t, operations: { monitor: 9s } }, c: { agent: template:w } }"
    const templates =
      "templates: { t: { agent: systemd:x }, w: { agent: systemd:x, operations: { monitor: 9s } }, u: { agent: systemd:y } }"
    expect(text(`${fencing}, ${resources}, ${templates}`)).toEqual([
      "3:218 pacemaker.templates.t: has no monitor: nobody sees a fail; write operations: { monitor: 30s }",
    ])
  })

  test.each(["5min", "300", "0"])("a recheck interval of %s is left alone", (value) => {
    expect(text(`${fencing}, properties: { cluster-recheck-interval: ${value} }`)).toEqual([])
  })

  test("name each secret in plain text, without its value", () => {
    const { warnings } = parse(`ssh: { password: hunter2 }
controllers: { c1: { address: 10.0.0.1, ssh: { becomePassword: hunter2 } }, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker: { password: hunter2, ${fencing} }
haproxy: { stats: { password: hunter2 } }`)
    expect(warnings.join("\n")).not.toContain("hunter2")
    expect(warnings.map((warning) => warning.split(" ")[1])).toEqual([
      "ssh.password:",
      "controllers.c1.ssh.becomePassword:",
      "pacemaker.password:",
      "haproxy.stats.password:",
    ])
  })

  test.each([
    [1, "one member is no cluster"],
    [2, "two members cannot tell a dead peer"],
    [3, undefined],
    [4, "an even number of members: 4 survive 1 failure, as 3 do"],
    [6, "an even number of members: 6 survive 2 failures, as 5 do"],
  ])("%d members", (count, warning) => {
    const hosts = Array.from({ length: count }, (_, at) => `c${at + 1}: 10.0.0.${at + 1}`).join(", ")
    const { warnings } = parse(`controllers: { ${hosts} }\npacemaker: { password: { env: P }, ${fencing} }`)
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)])
  })

  test("name VIPs that could part while haproxy must be beside each", () => {
    const rest = `vips: { vip: 10.0.0.9/24, api: 10.0.0.8/24 }\nhaproxy: { placement: with-vip, ${WEB} }`
    expect(text(fencing, rest)).toEqual([
      "5:23 haproxy.placement: with-vip and several VIPs: without { colocate: api, with: vip } haproxy stops when they part",
    ])
    expect(text(`${fencing}, constraints: [{ colocate: vip, with: api }]`, rest)).toEqual([])
  })

  test("name a VIP whose network no host is known to be in, where a nic is given", () => {
    expect(text(fencing, "vips: { v: { address: 10.9.0.9/24, nic: ens9 } }")).toEqual([
      expect.stringContaining("4:23 vips.v.address: 10.9.0.9/24 is in no network"),
    ])
  })

  test("name a host that a VIP's nics are for and that is not there, as after remove-node", () => {
    const { warnings, vips } = parse(`controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker: { password: { env: P }, ${fencing} }
vips: { v: { address: 10.0.0.9/24, nic: { c1: eth0, c3: ens3, cc2: ens4, other: eth0 } } }`)
    expect(warnings).toEqual([
      expect.stringContaining('vips.v.nic.cc2: none of the controllers is called "cc2"; did you mean "c2"?'),
      expect.stringMatching(/vips\.v\.nic\.other: none of the controllers is called "other"$/),
    ])
    expect(vips[0]).toMatchObject({ nics: { c1: "eth0", c3: "ens3" } })
  })
})
