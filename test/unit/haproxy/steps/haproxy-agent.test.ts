import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { quote, quoteAll } from "../../../../src/base/sh.ts"
import { COMPONENTS } from "../../../../src/components.ts"
import { haproxyKill } from "../../../../src/drill/faults/haproxy-kill.ts"
import { probedService, targetOf } from "../../../../src/drill/probed-service.ts"
import { agentOf } from "../../../../src/haproxy/node/agent.ts"
import { haproxyMemory } from "../../../../src/haproxy/node/process.ts"
import { reloadHaproxy } from "../../../../src/haproxy/node/reload.ts"
import { haproxyConfig } from "../../../../src/haproxy/steps/haproxy-config.ts"
import { RUNTIME } from "../../../../src/haproxy/view/picture.ts"
import { preflightStep } from "../../../../src/host/steps/preflight.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, run, SHELLS, sandbox, systemctlShow } from "../../step-harness.ts"

const preflight = preflightStep(COMPONENTS)

const load = (more: string, pacemaker = "{ password: { env: P } }") =>
  parseInventory(
    `name: lab
controllers: { a: 10.0.0.12, b: 10.0.0.13 }
pacemaker: ${pacemaker}
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
    expect(preflight.bind!(at)?.agents.map(({ file }) => file)).toEqual(["/usr/lib/ocf/resource.d/heartbeat/haproxy"])
  })
})

describe("an agent that writes its process id elsewhere", () => {
  const lb = '{ agent: "ocf:heartbeat:haproxy", parameters: { pidfile: /var/run/lb.pid }, clone: true }'
  const inventory = load("", `{ password: { env: P }, resources: { lb: ${lb} } }`)
  const at = context(inventory, inventory.hosts[0]!)

  test("is known by that file, and no stranger on its own ports", () => {
    expect(preflight.bind!(at)?.ports.filter(({ own }) => own.includes("haproxy"))).toMatchObject([
      { port: 80, pidFile: "/run/lb.pid" },
    ])
    expect(RUNTIME.script({ ...at, deep: false })).toContain("/run/lb.pid")
  })

  test("is reloaded, and killed by a drill, by that file", () => {
    const { agent } = agentOf(inventory, at.host)
    expect(haproxyConfig.bind!(at)).toMatchObject({ agent })
    const [reload] = reloadHaproxy([], agent)
    expect(JSON.stringify(reload)).toContain("-p /run/lb.pid ")
    expect(haproxyMemory(agent)).toContain("/run/lb.pid")
    const target = targetOf(inventory, probedService(inventory, {}), "a")
    expect(haproxyKill.script(target)).toContain("/run/lb.pid")
    for (const text of [JSON.stringify(reload), haproxyMemory(agent), haproxyKill.script(target)]) {
      expect(text).not.toContain("/run/haproxy.pid")
    }
  })
})

describe.each(SHELLS)("its process, in %s", (shell) => {
  /** Runs a script where /proc and the pid file are under a directory of our own, `comm` being the name of process 4711. */
  function at(script: string, { active, comm }: { active: boolean; comm: string }, ...words: readonly string[]) {
    using box = sandbox({
      systemctl: `case $1 in
is-active) exit ${active ? 0 : 3} ;;
show) ${systemctlShow({ haproxy: active ? { active: "active", pid: 12 } : {} })}
;;
*) echo "systemctl $*" ;;
esac`,
      "systemd-run": `echo "systemd-run $*"`,
    })
    mkdirSync(join(box.path, "proc/4711"), { recursive: true })
    writeFileSync(join(box.path, "proc/4711/comm"), `${comm}\n`)
    writeFileSync(join(box.path, "haproxy.pid"), "4711\n")
    const moved = script
      .replaceAll("/proc/", `${box.path}/proc/`)
      .replaceAll("[ -r /run/haproxy.pid ]", `[ -r ${box.path}/haproxy.pid ]`)
      .replaceAll("</run/haproxy.pid", `<${box.path}/haproxy.pid`)
    const call = `sh -c ${quote(moved)} ${quoteAll(words)}`
    return run(call, { shell, path: box.path }).stdout
  }

  const AGENT = { socket: "/run/s" }
  const reload = (state: { active: boolean; comm: string }) => {
    const [action] = reloadHaproxy(["/etc/haproxy/haproxy.cfg"], AGENT)
    if (action?.type !== "run") throw new Error("not a command")
    const [, , script = "", ...words] = action.argv as readonly string[]
    return at(script, state, ...words)
  }

  test("is reloaded by a new one that is handed the ports", () => {
    expect(reload({ active: false, comm: "haproxy" })).toBe(
      "systemd-run --quiet --scope --slice=system.slice -- haproxy -D -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid -x /run/s -sf 4711\n",
    )
  })

  test("is systemd's to reload while the unit runs it", () => {
    expect(reload({ active: true, comm: "haproxy" })).toBe("systemctl reload -- haproxy.service\n")
  })

  test("is never another that has its number by now", () => {
    expect(() => reload({ active: false, comm: "sshd" })).toThrow(/no haproxy has the process id/)
  })

  test.each([
    ["found by its pid file", AGENT, "current\n"],
    ["not looked for there where its unit runs it", undefined, "none\n"],
  ])("is %s", (_name, agent, said) => {
    const script = `${haproxyMemory(agent)}\nhaproxy_memory /nonexistent`
    expect(at(script, { active: false, comm: "haproxy" }, "haops-memory")).toBe(said)
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
