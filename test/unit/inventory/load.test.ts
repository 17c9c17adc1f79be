import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { inventoryJsonSchema } from "../../../src/inventory/json-schema.ts"
import { loadInventory } from "../../../src/inventory/load.ts"

describe("without a file's name", () => {
  let directory = ""
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "haops-inventory-"))
    mkdirSync(join(directory, "inventory"))
    writeFileSync(join(directory, "inventory/inventory.yaml"), "name: second\ncontrollers: { c1: 10.0.0.1 }\n")
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  test("inventory.yaml is taken before inventory/inventory.yaml", async () => {
    expect(await loadInventory(undefined, directory)).toMatchObject({
      name: "second",
      file: "inventory/inventory.yaml",
    })
    writeFileSync(join(directory, "inventory.yaml"), "name: first\ncontrollers: { c1: 10.0.0.1 }\n")
    expect(await loadInventory(undefined, directory)).toMatchObject({ name: "first", file: "inventory.yaml" })
  })

  test("the error names both where neither is there", async () => {
    rmSync(join(directory, "inventory/inventory.yaml"))
    await expect(loadInventory(undefined, directory)).rejects.toMatchObject({
      code: "E_INPUT",
      message: "no inventory: neither inventory.yaml nor inventory/inventory.yaml is here",
      hint: "Name one with -i FILE.",
    })
  })

  test("a directory in the file's place is an error of input", async () => {
    await expect(loadInventory("inventory", directory)).rejects.toMatchObject({
      code: "E_INPUT",
      message: expect.stringContaining("the inventory inventory cannot be read"),
    })
  })

  test("paths are relative to the file, wherever haops runs", async () => {
    const text = "name: x\nssh: { knownHosts: hosts }\ncontrollers: { c1: 10.0.0.1 }\n"
    writeFileSync(join(directory, "inventory/other.yaml"), text)
    const { hosts } = await loadInventory("inventory/other.yaml", directory)
    expect(hosts[0]!.ssh.knownHosts).toBe(join(directory, "inventory/hosts"))
  })
})

test("a file that is not there is an error of input", async () => {
  await expect(loadInventory("none.yaml")).rejects.toMatchObject({
    code: "E_INPUT",
    message: "there is no inventory none.yaml",
  })
})

describe("the examples", () => {
  test("minimal.yaml is ten lines and a whole cluster", async () => {
    const text = readFileSync("inventory/minimal.yaml", "utf8")
    expect(text.trimEnd().split("\n")).toHaveLength(10)
    const inventory = await loadInventory("inventory/minimal.yaml")
    expect(inventory.hosts).toHaveLength(3)
    expect(inventory.pacemaker!.resources.map((resource) => resource.id)).toEqual(["vip", "lb-haproxy"])
  })

  test("openstack.yaml says what the guides type", async () => {
    const { name, pacemaker, haproxy, sysctl } = await loadInventory("inventory/openstack.yaml")
    expect(name).toBe("openstack-cluster")
    expect(pacemaker!.properties).toEqual({
      "pe-warn-series-max": "1000",
      "pe-input-series-max": "1000",
      "pe-error-series-max": "1000",
      "cluster-recheck-interval": "5min",
      "stonith-enabled": "false",
      "no-quorum-policy": "ignore",
    })
    expect(pacemaker!.resourceDefaults).toEqual({ "migration-threshold": "1" })
    expect(pacemaker!.resources.find((resource) => resource.id === "openstack-keystone")).toMatchObject({
      agent: "systemd:openstack-keystone",
      clone: { id: "openstack-keystone-clone", meta: { interleave: "true" } },
    })
    expect(pacemaker!.constraints.map((constraint) => constraint.id)).toEqual([
      "colocation-vip_management-vip_public-INFINITY",
      "order-vip_management-lb-haproxy-clone-Optional",
      "colocation-lb-haproxy-clone-vip_management-INFINITY",
      "order-vip_public-lb-haproxy-clone-Optional",
      "colocation-lb-haproxy-clone-vip_public-INFINITY",
    ])
    expect(haproxy!.stats!.bind.port).toBe(1080)
    expect(sysctl).toEqual({ "net.ipv4.ip_nonlocal_bind": "1", "net.ipv4.ip_forward": "1" })
  })

  test("lab.yaml is the lab's nodes, and what answers on them", async () => {
    const { hosts, vips, haproxy, warnings } = await loadInventory("inventory/lab.yaml")
    expect(hosts.map((host) => host.address)).toEqual(["172.30.99.11", "172.30.99.12", "172.30.99.13"])
    expect(vips).toMatchObject([{ name: "vip", address: "172.30.99.100", prefix: 24 }])
    expect(haproxy!.services.find((service) => service.name === "web")).toMatchObject({
      bind: { port: 8080 },
      servers: [{ port: 8000 }, { port: 8000 }, { port: 8000 }],
    })
    expect(warnings).toEqual([expect.stringContaining("fencing is off")])
  })

  test("the JSON Schema beside them is that of the code (vitest -u writes it)", async () => {
    const text = `${JSON.stringify(await inventoryJsonSchema(), null, 2)}\n`
    await expect(text).toMatchFileSnapshot("../../../inventory/inventory.schema.json")
  })
})
