import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { StackUnit } from "../../../src/facts/units.ts"
import type { VipState } from "../../../src/steps/lib/vip-state.ts"
import { vipFree } from "../../../src/steps/vip-free.ts"
import { context, facts, host, inventory, run, SHELLS, sandbox, systemctlShow } from "./harness.ts"

const want = vipFree.want.parse({ cluster: "lab", vips: [{ name: "vip", address: "10.0.0.11" }] })
const quiet: VipState = { clustered: false, held: [], macs: ["02:00:00:00:00:01"], neighbours: new Map() }
const stranger = { ...quiet, neighbours: new Map([["10.0.0.11", "02:00:00:00:00:99"]]) }

function findings(...states: readonly VipState[]) {
  const all = states.map((have, index) => ({ host: `controller${index + 1}`, have, facts: facts() }))
  return vipFree.findings?.(want, { elected: all[0]!, all, missing: [] })
}

describe("vip-free", () => {
  test("stops where a stranger answers, telling its MAC address", () => {
    expect(findings(quiet, stranger)).toMatchObject([
      {
        severity: "error",
        message: "the VIP vip (10.0.0.11) is in use already: 02:00:00:00:00:99 answers for it, seen from controller2",
      },
    ])
  })

  test.each([
    ["nobody answers", [quiet, quiet]],
    ["a cluster runs", [{ ...quiet, clustered: true }, stranger]],
    ["a member holds it", [{ ...quiet, held: ["10.0.0.11"] }, stranger]],
    ["a member answers", [{ ...quiet, macs: ["02:00:00:00:00:99"] }, stranger]],
  ])("finds nothing where %s", (_title, states) => {
    expect(findings(...states)).toEqual([])
  })

  test("asks for the VIPs of the stage's hosts", () => {
    const one = host("controller1", "10.0.0.12")
    const vip = { name: "vip", address: "10.0.0.11", prefix: 24, manager: "pacemaker", monitorInterval: "10s" } as const
    const vips = [{ ...vip, on: "controllers" } as const, { ...vip, name: "lb", on: "loadbalancers" } as const]
    expect(vipFree.bind?.(context(inventory([one], { vips }), one))).toEqual(want)
    expect(vipFree.bind?.(context(inventory([one]), one))).toBeUndefined()
  })
})

describe.each(SHELLS)("the VIP probe in %s", (shell) => {
  const probe = vipFree.probe(
    vipFree.want.parse({
      cluster: "lab",
      vips: [
        { name: "a", address: "10.0.0.11" },
        { name: "b", address: "10.0.0.9" },
      ],
    }),
  )
  const ask = (active: StackUnit | undefined, neighbour: string, cluster = "lab") => {
    const ip = `case "$*" in *addr*) echo '2: eth0    inet 10.0.0.9/24 brd x' ;; *) ${neighbour} ;; esac`
    using box = sandbox({
      ip,
      systemctl: systemctlShow(active === undefined ? {} : { [active]: { load: "loaded", active: "active" } }),
      bash: 'echo "mac asked-$3"',
    })
    writeFileSync(join(box.path, "corosync.conf"), `totem {\n    cluster_name: ${cluster}\n}\n`)
    const script = probe.script.replace("/etc/corosync/corosync.conf", join(box.path, "corosync.conf"))
    return probe.parse(run(script, { shell, path: box.path }))
  }

  test("sends nothing where the cluster runs", () => {
    expect(ask("pacemaker", ":", "debian").clustered).toBe(false)
    expect(ask("keepalived", "exit 1").clustered).toBe(true)
    expect(ask("pacemaker", "exit 1")).toEqual({ clustered: true, held: [], macs: [], neighbours: new Map() })
  })

  test("asks for what it does not hold, and takes only a fresh answer", () => {
    const fresh = ask(
      undefined,
      "echo '10.0.0.11 dev eth0 lladdr 02:00:00:00:00:99 ref 1 used 0/0/0 probes 4 REACHABLE'",
    )
    expect(fresh.held).toEqual(["10.0.0.9"])
    expect(fresh.macs).toContain("asked-10.0.0.11")
    expect(fresh.neighbours).toEqual(new Map([["10.0.0.11", "02:00:00:00:00:99"]]))
    expect(ask(undefined, "echo '10.0.0.11 dev eth0 lladdr 02:00:00:00:00:99 STALE'").neighbours).toEqual(new Map())
  })
})
