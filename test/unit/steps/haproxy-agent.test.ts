import { describe, expect, test } from "vitest"
import { parseInventory } from "../../../src/inventory/load.ts"
import { haproxyConfig } from "../../../src/steps/haproxy-config.ts"
import { agentOf } from "../../../src/steps/lib/haproxy-agent.ts"
import { haproxyMemory } from "../../../src/steps/lib/haproxy-process.ts"
import { reloadHaproxy } from "../../../src/steps/lib/haproxy-reload.ts"
import { preflight } from "../../../src/steps/preflight.ts"
import { context } from "./harness.ts"

const load = (more: string) =>
  parseInventory(
    `name: lab
controllers: { a: 10.0.0.12, b: 10.0.0.13 }
pacemaker: { password: { env: P } }
vips: { vip: 10.0.0.11/24 }
haproxy:
  services: [{ name: web, port: 80 }]
${more}`,
    "lab.yaml",
  )

describe("haproxy run by a resource agent", () => {
  const inventory = load("  agent: ocf:heartbeat:haproxy\n")
  const at = context(inventory, inventory.hosts[0]!)

  test("is pacemaker's resource of that agent, with what agents of this name differ in", () => {
    const resource = inventory.pacemaker?.resources.find(({ id }) => id === "lb-haproxy")
    expect(resource).toMatchObject({
      agent: "ocf:heartbeat:haproxy",
      parameters: { binpath: "/usr/sbin/haproxy", conffile: "/etc/haproxy/haproxy.cfg" },
      meta: { "migration-threshold": "1", "failure-timeout": "30s" },
    })
  })

  test("goes into the background, where its log would reach nobody but syslog", () => {
    const bound = haproxyConfig.bind!(at)
    expect(bound).toMatchObject({ runBy: "pacemaker", agent: { socket: "/var/lib/haproxy/stats" } })
    expect(String(bound!.content)).toMatch(/^global\n {2}daemon\n {2}log 127\.0\.0\.1 local2$/m)
  })

  test("needs the agent's file on the host", () => {
    expect(preflight.bind!(at)?.agents).toEqual(["/usr/lib/ocf/resource.d/heartbeat/haproxy"])
  })

  test("is reloaded by a new process that is handed the ports", () => {
    const [run] = reloadHaproxy(["/etc/haproxy/haproxy.cfg"], { socket: "/run/s" })
    expect(JSON.stringify(run)).toMatch(/systemd-run .*haproxy -D .*-x .* -sf /)
    expect(JSON.stringify(run)).not.toContain("systemctl reload")
  })

  test("is looked for by its pid file, which is not asked where its unit runs it", () => {
    expect(haproxyMemory({ socket: "/run/s" })).toContain("/run/haproxy.pid")
    expect(haproxyMemory()).not.toContain("/run/haproxy.pid")
  })
})

test("by default it is systemd's unit, under pacemaker and without", () => {
  const inventory = load("")
  expect(agentOf(inventory, inventory.hosts[0]!)).toEqual({})
  expect(haproxyConfig.bind!(context(inventory, inventory.hosts[0]!))).toMatchObject({ runBy: "pacemaker" })
  expect(preflight.bind!(context(inventory, inventory.hosts[0]!))?.agents).toEqual([])
})

test("a build of one's own has a unit, so that the agent is refused", () => {
  const source = `  source: { url: "http://x/haproxy-2.8.5.tar.gz", sha256: ${"a".repeat(64)} }\n`
  expect(() => load(`  agent: ocf:heartbeat:haproxy\n${source}`)).toThrow(/comes with a unit of its own/)
})
