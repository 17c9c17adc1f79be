import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import * as z from "zod"
import { PRESET_NAMES, PRESETS } from "../../../../src/haproxy/presets/index.ts"
import { parseEndpoint } from "../../../../src/haproxy/section/expand-backends.ts"
import { haproxySchema } from "../../../../src/haproxy/section/schema.ts"
import { expand, render, type Setting, sections, THREE } from "../support.ts"

interface ProblemCase extends Setting {
  says: string
  problems: string[]
}

const cases: ProblemCase[] = parse(
  readFileSync(new URL("../../../cases/haproxy/problems.yaml", import.meta.url), "utf8"),
)

describe("what is wrong is reported, all of it and once", () => {
  it.each(cases)("$says", ({ says: _, problems, ...setting }) => {
    expect(expand({ ...THREE, ...setting }).problems).toEqual(problems)
  })
})

describe("a service finds its place", () => {
  it("runs haproxy on the VIP's group, the load balancers by default where there are any", () => {
    const loadbalancers = { lb1: "10.0.0.21" }
    const vips = { public: { address: "192.168.1.9", on: "loadbalancers" as const }, db: "10.0.0.11" }
    const services = [
      { name: "web", port: 80, vip: "public" },
      { name: "sql", port: 3306, vip: "db" },
      { name: "any", port: 81, bind: "*" },
    ]
    const { settings } = expand({ ...THREE, loadbalancers, vips, haproxy: { services, stats: { password: "x" } } })
    expect(settings.services.map(({ name, on, vip }) => [name, on, vip])).toEqual([
      ["web", "loadbalancers", "public"],
      ["sql", "controllers", "db"],
      ["any", "loadbalancers", undefined],
    ])
    expect(settings.on).toEqual(["loadbalancers", "controllers"])
    expect(settings.stats?.on).toEqual(["loadbalancers", "controllers"])
  })

  it("spells addresses as haproxy and the other parts do, whatever the inventory's spelling", () => {
    const backends = { one: "2001:DB8:0::12", two: "[FD00:0::13]:80", three: { address: "FD00::14" }, four: "10.0.0.9" }
    const { settings, problems } = expand({
      ...THREE,
      haproxy: {
        services: [{ name: "web", port: 80, bind: "FD00:0::99", backends }],
        stats: { bind: "0::0", password: "x" },
      },
    })
    expect(problems).toEqual([])
    expect(settings.services[0]?.bind.address).toBe("fd00::99")
    expect(settings.services[0]?.servers.map(({ address }) => address)).toEqual([
      "2001:db8::12",
      "fd00::13",
      "fd00::14",
      "10.0.0.9",
    ])
    expect(settings.stats?.bind.address).toBe("::")
  })

  it("has the defaults of the measured failover", () => {
    const { settings } = expand({ ...THREE, haproxy: { services: [{ preset: "galera" }] } })
    const { placement, monitor, migrationThreshold, failureTimeout } = settings
    expect({ placement, monitor, migrationThreshold, failureTimeout }).toEqual({
      placement: "everywhere",
      monitor: "1s",
      migrationThreshold: 1,
      failureTimeout: "30s",
    })
  })
})

describe("presets", () => {
  it.each(PRESET_NAMES)("%s is written as an inventory could write it, and has no problems", (preset) => {
    expect(haproxySchema.parse({ services: PRESETS[preset] }).services).toEqual(PRESETS[preset])
    const { settings, problems } = expand({ ...THREE, haproxy: { services: [{ preset }] } })
    expect(problems).toEqual([])
    expect(settings.services.map((service) => service.name)).toEqual(PRESETS[preset].map((service) => service.name))
  })

  it("merges an override's mappings, replaces what is no mapping, and leaves the other services alone", () => {
    const override = {
      galera_cluster: { balance: "leastconn", check: "http", options: { tcpka: true }, timeouts: { client: "8h" } },
      rabbitmq_cluster: { timeouts: { client: "4h" }, options: ["tcplog"], check: false },
    }
    const { settings } = expand({ ...THREE, haproxy: { services: [{ preset: "openstack", override }] } })
    const plain = expand({ ...THREE, haproxy: { services: [{ preset: "openstack" }] } }).settings
    const of = (name: string) => settings.services.find((service) => service.name === name)
    expect(of("galera_cluster")).toMatchObject({
      balance: "leastconn",
      options: { tcpka: true },
      timeouts: { client: "8h" },
      check: { type: "http", interval: "2s", rise: 2, fall: 5 },
    })
    expect(of("galera_cluster")?.options).toEqual({ tcpka: true })
    expect(of("rabbitmq_cluster")).toMatchObject({
      timeouts: { client: "4h", server: "3h" },
      options: { tcplog: true },
    })
    expect(of("rabbitmq_cluster")?.check).toBeUndefined()
    const changed = Object.keys(override)
    const others = plain.services.filter((service) => !changed.includes(service.name))
    expect(settings.services.filter((service) => !changed.includes(service.name))).toEqual(others)
  })

  it.each([
    ["clustercheck", { type: "http", port: 9200 }, "option httpchk", "check port 9200 inter 2s rise 2 fall 5"],
    [
      "a login",
      { type: "mysql", user: "haproxy" },
      "option mysql-check user haproxy post-41",
      "check inter 2s rise 2 fall 5",
    ],
  ])("galera asks by %s where an override says so, its leader and backups as they were", (_, check, option, words) => {
    const override = { galera_cluster: { check } }
    const section = sections(render({ ...THREE, haproxy: { services: [{ preset: "galera", override }] } }))
    const lines = section["listen galera_cluster"]!.split("\n  ")
    expect(lines).toContain(option)
    expect(lines.filter((line) => line.startsWith("server "))).toEqual([
      `server controller1 10.0.0.12:3306 ${words}`,
      `server controller2 10.0.0.13:3306 backup ${words}`,
      `server controller3 10.0.0.14:3306 backup ${words}`,
    ])
  })

  it("takes a VIP for all of its services, and an address of its own for one", () => {
    const vips = { a: "10.0.0.11", b: "10.0.0.10" }
    const override = { galera_cluster: { bind: "10.0.0.5" }, swift_proxy_cluster: { vip: "a" } }
    const { settings, problems } = expand({
      ...THREE,
      vips,
      haproxy: { services: [{ preset: "openstack", vip: "b", override }] },
    })
    expect(problems).toEqual([])
    const byName = Object.fromEntries(settings.services.map(({ name, vip, bind }) => [name, [vip, bind.address]]))
    expect(byName.galera_cluster).toEqual([undefined, "10.0.0.5"])
    expect(byName.swift_proxy_cluster).toEqual(["a", "10.0.0.11"])
    expect(byName.dashboard_cluster).toEqual(["b", "10.0.0.10"])
  })
})

describe("the schema", () => {
  it.each([
    ["a duration without unit", { defaults: { timeouts: { client: "10" } } }],
    ["an option that haproxy does not have", { defaults: { options: ["tcpkeepalive"] } }],
    ["arguments for an option that takes none", { defaults: { options: { tcpka: { except: "10.0.0.1" } } } }],
    ["a name with a blank", { services: [{ name: "a b", port: 80 }] }],
    [
      "a line break in a raw word",
      { services: [{ name: "a", port: 80, rawServer: "weight 1\nserver evil 10.9.9.9:80" }] },
    ],
    ["a path with a line break", { services: [{ name: "a", port: 80, check: { path: "/\nx" } }] }],
    ["a way of balancing that does not exist", { services: [{ name: "a", port: 80, balance: "fair" }] }],
    ["a colon in the stats user", { stats: { user: "a:b", password: "x" } }],
    ["a stats page for everybody", { stats: { port: 1080 } }],
    ["an unknown preset", { services: [{ preset: "openstak" }] }],
    ["a key that nothing reads", { services: [{ name: "a", port: 80, prot: 81 }] }],
  ])("refuses %s", (_, haproxy) => {
    expect(haproxySchema.safeParse(haproxy).success).toBe(false)
  })

  it("describes every key for editors", () => {
    const bare: string[] = []
    walk(z.toJSONSchema(haproxySchema, { io: "input" }) as JsonSchema, "haproxy", bare)
    expect(bare).toEqual([])
  })
})

describe("endpoints", () => {
  it.each([
    ["10.0.0.1", { address: "10.0.0.1" }],
    ["10.0.0.1:80", { address: "10.0.0.1", port: 80 }],
    ["2001:db8::1", { address: "2001:db8::1" }],
    ["[2001:db8::1]:80", { address: "2001:db8::1", port: 80 }],
    ["node1:80", { address: "node1", port: 80 }],
    ["10.0.0.1:0", undefined],
    ["10.0.0.1:", undefined],
    ["a b", undefined],
  ])("%s", (text, endpoint) => expect(parseEndpoint(text)).toEqual(endpoint))
})

interface JsonSchema {
  description?: string | undefined
  properties?: Record<string, JsonSchema> | undefined
  anyOf?: JsonSchema[] | undefined
  items?: JsonSchema | undefined
}

function walk(schema: JsonSchema, path: string, bare: string[]): void {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    if (value.description === undefined) bare.push(`${path}.${key}`)
    walk(value, `${path}.${key}`, bare)
  }
  for (const branch of schema.anyOf ?? []) walk(branch, path, bare)
  if (schema.items !== undefined) walk(schema.items, path, bare)
}
