import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { importHaproxy } from "../../src/haproxy/import/import.ts"
import { importReport } from "../../src/haproxy/import/report.ts"
import { serviceStatus } from "../../src/haproxy/view/services.ts"
import type { Host } from "../../src/model/inventory.ts"
import { renderLb } from "../../src/output/lb-screen.ts"
import { HOSTS } from "./membership/cluster.ts"
import { ALL_TEXT, ROOT } from "./readme.ts"
import { haproxy, INVENTORY } from "./status/support.ts"

// What a README shows under a command is what that command prints.

test("lb show of a pair: a server that is drained, another that is dead", () => {
  const hosts = ["lb1", "lb2"].map((name): Host => ({ ...HOSTS[0]!, name, group: "loadbalancers" }))
  const services = INVENTORY.haproxy!.services.map((service) => ({ ...service, on: "loadbalancers" as const }))
  const pair = { ...INVENTORY, hosts: [...HOSTS, ...hosts], haproxy: { ...INVENTORY.haproxy!, services } }
  const runtime = haproxy("up", "drain", "down")
  const process = { ...runtime.process, uptime: 3 * 86_400, connections: 41 }
  const haproxies = hosts.map(({ name }) => ({ host: name, runtime: { ...runtime, process } }))
  const vips = [{ name: "public", address: "10.0.0.11", manager: "keepalived" as const, holders: ["lb1"] }]
  const shown = renderLb(serviceStatus(pair, haproxies), { haproxies, vips }, { color: false, width: 100 })
  expect(ALL_TEXT).toContain(`lb show web -i prod.yaml\n${shown}`)
})

test("import-haproxy: an excerpt of its report", () => {
  const text = readFileSync(join(ROOT, "test/cases/haproxy/seed-002.cfg"), "utf8")
  const vips = [{ name: "public", address: "192.168.4.20" }]
  const report = importReport(importHaproxy({ text, vips, hosts: [] }), "haproxy.cfg")
    .split("\n")
    .filter(Boolean)
  const [, excerpt = ""] = /import-haproxy haproxy\.cfg .*\n([^`]*)```/.exec(ALL_TEXT) ?? []
  const lines = excerpt.split("\n").filter((line) => !["", "…"].includes(line.trim()))
  expect(lines).toHaveLength(5)
  expect(report.filter((line) => lines.includes(line))).toEqual(lines)
})
