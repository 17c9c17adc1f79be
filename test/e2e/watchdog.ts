import { expect } from "vitest"
import type { FencingReport } from "../../src/drill/fencing/report.ts"
import type { DrillReport } from "../../src/drill/report.ts"
import { ended } from "./harness/ended.ts"
import type { Haops } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, property } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

/** What stands in for a machine's watchdog: docker/fencing. A reset is followed by a boot. */
const DRIVER = "systemctl enable --quiet --now lab-watchdog"
const BOOT = "sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20"
const WHY = "cat /var/lib/lab/last-reset"

/** Nodes with watchdogs, by which sbd really resets them. What is set up stays: the lab's last tests. */
export function watchdogTests(test: LabTest): void {
  const well = (haops: Haops) =>
    until(async () => (await haops("verify")).code === 0, { what: "all to be well", everyMs: 500 })

  test.beforeAll(async ({ lab, must }) => {
    await lab.inventory()
    await must("up", "--yes")
    await lab.inventory({ pacemaker: { properties: { "stonith-enabled": null }, sbd: {} } })
  })

  test("where a node has no watchdog it is refused by name, once for all of them", async ({ lab, haops }) => {
    await lab.node("controller1").must(DRIVER)
    const { code, stdout } = await haops("plan")
    expect(code, stdout).toBe(1)
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "error: controller2 and controller3: sbd: there is no watchdog /dev/watchdog: sbd could reset nothing",
    )
  })

  test("beside a cluster that runs it is set up, and restarts nothing; the cluster does not count on it yet", async ({
    lab,
    haops,
    must,
  }) => {
    for (const node of lab.nodes) await node.must(DRIVER)
    for (const node of lab.nodes) await node.restartable()
    const before = await everywhere(lab.nodes, "pidof corosync pacemakerd")
    await must("up", "--yes")
    expect(await everywhere(lab.nodes, "pidof corosync pacemakerd")).toEqual(before)
    expect(await everywhere(lab.nodes, "systemctl is-enabled sbd; systemctl is-active sbd; true")).toEqual(
      each("enabled\ninactive"),
    )
    const settings = await everywhere(
      lab.nodes,
      "sh -c '. /etc/default/sbd; echo $SBD_WATCHDOG_DEV $SBD_WATCHDOG_TIMEOUT $SBD_OPTS'",
    )
    expect(settings).toEqual(Object.fromEntries(THREE.map((name) => [name, `/dev/watchdog 5 -n ${name}`])))
    expect(await property(lab.nodes[0]!, "stonith-watchdog-timeout")).toBe("")
    const { stdout } = await ended(haops("verify"), 1)
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "sbd does not run on controller1, controller2 and controller3: it starts with corosync",
    )
  })

  test("node by node, as plan says it, and once sbd runs everywhere the cluster counts on it", async ({
    lab,
    haops,
    must,
  }) => {
    for (const node of lab.nodes) {
      const { stdout } = await haops("plan")
      expect(await property(lab.nodes[0]!, "stonith-watchdog-timeout")).toBe("")
      const hint = /haops standby NODE; on it: (.*?); haops unstandby NODE\. When all are done: haops up\./
      const [, command = ""] = hint.exec(stdout.replace(/\s+/g, " ")) ?? []
      await must("standby", node.name, "--yes")
      await node.must(command)
      await must("unstandby", node.name)
    }
    await must("up", "--yes")
    expect(await property(lab.nodes[0]!, "stonith-watchdog-timeout")).toBe("10s")
    expect(await property(lab.nodes[0]!, "have-watchdog")).toBe("true")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [], warnings: [] })
    await well(haops)
    const { stdout } = await must("verify")
    expect(stdout).toMatch(
      /✓ a watchdog would reset each node\n *sbd on controller1, controller2, controller3: \/dev\/watchdog after 5 s/,
    )
  })

  test("a node that is cut off is reset by its own watchdog before another has its VIP: no two hosts ever had it at once", async ({
    lab,
    haops,
  }) => {
    const holder = await theHolder(lab)
    const boots = await everywhere(lab.nodes, BOOT)
    const { code, stdout, stderr } = await haops("drill", "partition", "--yes", "--json")
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const report = JSON.parse(stdout).details as DrillReport
    process.stdout.write(`cut off and reset: outage ${report.outageMs} ms, healthy after ${report.healthyMs} ms\n`)
    expect(report).toMatchObject({
      node: holder.name,
      twiceMs: 0,
      holdersEveryMs: 20,
      restored: "fenced",
      verdict: "pass",
    })
    expect(report.foretold).toMatchObject({ right: true })
    const after = await everywhere(lab.nodes, BOOT)
    expect(THREE.filter((name) => after[name] !== boots[name])).toEqual([holder.name])
    expect(await holder.must(WHY)).toBe("the watchdog was not fed for 5 s\n")
  })

  test("a node is fenced by word, and comes back", async ({ lab, haops }) => {
    await well(haops)
    const holder = await theHolder(lab)
    const { code, stdout, stderr } = await haops("verify", "--fencing", holder.name, "--yes", "--json")
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const report = JSON.parse(stdout).details as FencingReport
    const { fencedMs = 0, backMs = 0, healthyMs = 0 } = report
    process.stdout.write(`fenced after ${fencedMs} ms, back after ${backMs} ms, as before after ${healthyMs} ms\n`)
    expect(report).toMatchObject({ node: holder.name, restarted: true, verdict: "pass", troubles: [] })
  })
}

async function theHolder(lab: Lab): Promise<LabNode> {
  const [holder = ""] = await holders(lab.nodes, lab.vip)
  return lab.node(holder)
}
