import { describe, expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { COMPONENTS } from "../../../src/components.ts"
import { InputError } from "../../../src/document/problems.ts"
import { renderHaproxyConfig } from "../../../src/haproxy/config/render.ts"
import { haproxyConfig } from "../../../src/haproxy/steps/haproxy-config.ts"
import { packagesStep } from "../../../src/host/steps/packages.ts"
import { loadInventory } from "../../../src/inventory/load.ts"
import { bindKeepalived } from "../../../src/keepalived/bind.ts"
import { context } from "../step-harness.ts"
import { inventoryOf, PAIR } from "./support.ts"

const packages = packagesStep(COMPONENTS)

const HEAD = `name: lab
controllers: { c1: 10.0.0.11, c2: 10.0.0.12 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
`
const vips = (body: string) => `${HEAD}vips:\n${body}`

function problems(text: string): string[] {
  try {
    inventoryOf("", text)
    return []
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ message }) => message)
    throw error
  }
}

describe("VIPs of keepalived", () => {
  test("are on the interface that each host is said to have for them", async () => {
    const nic = "{ lb1: eth0, lb2: ens3 }"
    const inventory = inventoryOf("", vips(`  a: { address: 10.0.0.200/24, manager: keepalived, nic: ${nic} }\n`))
    const nics = inventory.hosts.map((host) => bindKeepalived(context(inventory, host))?.instances[0]?.nic)
    expect(nics).toEqual([undefined, undefined, "eth0", "ens3"])
  })

  test("take the last part of their address as router id", () => {
    expect(inventoryOf().vips.map((vip) => vip.virtualRouterId)).toEqual([50, 200])
  })

  test.each([
    [
      "the same router id by default",
      vips(
        "  a: { address: 10.0.0.200/24, manager: keepalived }\n  b: { address: 10.0.1.200/16, manager: keepalived }\n",
      ),
      "vips.b: the virtual router id 200 is that of the VIP a (line 5)",
    ],
    [
      "the same router id on different hosts, in one network perhaps",
      PAIR.replace("virtualRouterId: 50", "virtualRouterId: 200"),
      "vips.database: the virtual router id 200 is that of the VIP public",
    ],
    ["no router id", vips("  a: { address: 10.0.3.0/16, manager: keepalived }\n"), "vips.a: say virtualRouterId"],
    [
      "no address of the VIP's family to speak from",
      vips('  a: { address: "fd00::9/64", nic: eth0, manager: keepalived }\n'),
      "vips.a: lb1 has no IPv6 address",
    ],
    [
      "a password and parts of a second",
      `${PAIR}keepalived: { password: { env: P }, advertInterval: 200ms }\n`,
      "keepalived.advertInterval: VRRP has passwords up to version 2",
    ],
    [
      "the check's port taken",
      `${PAIR.replace("port: 80,", 'port: 1079, bind: "*",').replace("vip: public", "")}`,
      "keepalived.check.port: port 1079 of every address is taken by web",
    ],
    ["parts of a second between checks", `${PAIR}keepalived: { check: { interval: 500ms } }\n`, "whole seconds"],
    [
      "a router id under pacemaker",
      vips("  a: { address: 10.0.0.200/24, virtualRouterId: 3 }\n"),
      "vips.a.virtualRouterId: is keepalived's",
    ],
    [
      "pacemaker's settings under keepalived",
      vips("  a: { address: 10.0.0.200/24, manager: keepalived, resource: { meta: { priority: 1 } } }\n"),
      "vips.a.resource: is pacemaker's",
    ],
  ])("%s is a problem", (_title, text, message) => {
    expect(problems(text)).toContainEqual(expect.stringContaining(message))
  })

  test("a password in the file, and settings that nothing uses, are warned about", () => {
    expect(inventoryOf("keepalived: { password: hunter2 }").warnings).toContainEqual(
      expect.stringContaining("keepalived.password: a secret in plain text"),
    )
    const unused = inventoryOf("", `${HEAD}keepalived: { nopreempt: true }\n`)
    expect(unused.warnings).toContainEqual(expect.stringContaining("no VIP says manager: keepalived"))
  })
})

describe("haproxy beside keepalived", () => {
  const render = (text: string) => {
    const { haproxy } = inventoryOf("", text)
    return String(renderHaproxyConfig(haproxy!, "loadbalancers", () => new Secret("x")))
  }

  test("answers on the loopback of those hosts, and of no others", () => {
    expect(render(PAIR)).toContain("frontend haops-health\n  bind 127.0.0.1:1079\n  mode http\n")
    expect(
      render(
        PAIR.replace(
          "on: loadbalancers, manager: keepalived, virtualRouterId: 50",
          "on: loadbalancers, manager: pacemaker",
        ).concat("pacemaker: { on: loadbalancers, password: { env: P } }\n"),
      ),
    ).not.toContain("haops-health")
  })

  test("is run by systemd, also where pacemaker runs something else on the same hosts", () => {
    const inventory = inventoryOf("pacemaker: { password: { env: P } }")
    expect(inventory.pacemaker?.resources).toEqual([])
    for (const host of inventory.hosts) {
      expect(haproxyConfig.bind?.(context(inventory, host))).toMatchObject({ runBy: "systemd" })
    }
  })

  test("comes with keepalived's package where its VIPs are", () => {
    const inventory = inventoryOf()
    expect(packages.bind?.(context(inventory, inventory.hosts[0]!))?.parts).toEqual(["tools", "haproxy", "keepalived"])
  })
})

describe("the examples", () => {
  test("loadbalancers.yaml is seed 004's: two VIPs on different hosts", async () => {
    const inventory = await loadInventory("inventory/loadbalancers.yaml")
    expect(inventory.vips.map(({ on, virtualRouterId }) => [on, virtualRouterId])).toEqual([
      ["loadbalancers", 50],
      ["controllers", 51],
    ])
    expect(inventory.pacemaker).toBeUndefined()
    expect(inventory.warnings).toEqual([])
  })

  test("kubernetes.yaml is seed 002's address, to the letter", async () => {
    const { pacemaker, haproxy } = await loadInventory("inventory/kubernetes.yaml")
    expect(pacemaker?.on).toBe("loadbalancers")
    expect(pacemaker?.resources[0]).toEqual({
      id: "virtual-ip-resource",
      agent: "ocf:heartbeat:IPaddr2",
      parameters: { ip: "192.168.4.20", broadcast: "192.168.4.31", nic: "enp0s3.41", cidr_netmask: "27" },
      meta: { "migration-threshold": "2" },
      operations: [{ name: "monitor", options: { interval: "20s", timeout: "60s", "on-fail": "restart" } }],
    })
    expect(haproxy?.stats?.bind).toMatchObject({ address: "192.168.4.20", port: 32700 })
  })
})

test("two members that ignore quorum are told why they need not", () => {
  const pair = "pacemaker: { on: loadbalancers, password: { env: P }, properties: { no-quorum-policy: ignore } }\n"
  expect(inventoryOf("", `${HEAD}${pair}`).warnings).toContainEqual(
    expect.stringContaining("not needed by two members"),
  )
})

test("a time that cannot be read is one problem, and not of its size as well", () => {
  for (const [text, key] of [
    ["advertInterval: 1m", "advertInterval"],
    ["check: { interval: 1m }", "check.interval"],
  ]) {
    expect(problems(`${PAIR}keepalived: { password: { env: P }, ${text} }\n`)).toEqual([
      `keepalived.${key}: expected a time with its unit, such as 500ms, 30s, 5min or 1h`,
    ])
  }
})
