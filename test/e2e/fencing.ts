import { expect } from "vitest"
import type { FencingReport } from "../../src/drill/fencing/report.ts"
import type { DrillReport } from "../../src/drill/report.ts"
import { type Bmcs, startBmcs } from "./harness/bmc.ts"
import { drilledAsForetold } from "./harness/foretold.ts"
import type { Haops } from "./harness/haops.ts"
import type { LabTest } from "./harness/lab-test.ts"
import { everywhere, holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

const SECRET = "bmc-53-secret"
const BOOT = "sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20"

/** Of each configuration that pacemaker has had since then, and in which it fences: what there is to do it with. */
const EVER_FENCING = `cd /var/lib/pacemaker/cib
for file in $(find . -name 'cib-*.raw' -newer /root/before-devices) cib.xml; do
  grep -q 'name="stonith-enabled" value="false"' $file ||
    echo "$(grep -c 'class="stonith"' $file) devices, $(grep -c '<rsc_location ' $file) places, $(grep -c '<fencing-level ' $file) levels"
done | sort -u`

/** Nodes with BMCs, by which fence_ipmilan really switches them off and on. The inventory is that of the cluster without them. */
export function fencingTests(test: LabTest): void {
  const fenced = "bmcs.yaml"

  test.beforeAll(async ({ lab, must }) => {
    const bmcs = await startBmcs(lab, SECRET)
    await lab.inventory(withDevices(bmcs), fenced)
    return async () => {
      await must("up", "--yes")
      await bmcs[Symbol.asyncDispose]()
    }
  })

  /** Whoever has just come back may not be all there yet. */
  const well = (haops: Haops) =>
    until(async () => (await haops("verify", "-i", fenced)).code === 0, { what: "all to be well", everyMs: 500 })

  test("a cluster that fences nobody is told so, and nothing is done", async ({ haops }) => {
    const { code, stderr } = await haops("verify", "--fencing", "controller2", "--yes")
    expect(code, stderr).toBe(1)
    const said = stderr.replace(/\s+/g, " ")
    expect(said).toContain("fencing was refused, nothing was touched")
    expect(said).toContain("stonith-enabled is false: the cluster fences nobody")
  })

  test("devices, their levels and where they may run come in one transaction; their password stays with the agent", async ({
    lab,
    must,
  }) => {
    const node = lab.node("controller1")
    await node.must("touch /root/before-devices")
    const watcher = await watchSecrets(lab.nodes, [SECRET])
    const result = await must("up", "--yes", "-i", fenced)
    const { sightings } = await watcher.stop()
    // What fence_ipmilan itself does with it: ipmitool takes it as an argument, and wipes it at once.
    expect(sightings.filter(({ text }) => !/^(\S*sh -c )?\S*ipmitool /.test(text))).toEqual([])
    expect(`${result.stdout}${result.stderr}`).not.toContain(SECRET)
    expect(await node.must(EVER_FENCING)).toBe("4 devices, 3 places, 6 levels\n")
    for (const name of THREE) {
      const [at] = await runningOn(node, `power-${name}`)
      expect(THREE.filter((one) => one !== name)).toContain(at)
    }
    expect(await planned(lab, fenced)).toMatchObject({ code: 0, drift: [] })
  })

  test("a node is really fenced by the device of the second level, where that of the first fails, and comes back", async ({
    lab,
    haops,
  }) => {
    await well(haops)
    const [holder = ""] = await holders(lab.nodes, lab.vip)
    const boots = await everywhere(lab.nodes, BOOT)
    const asked = ["verify", "--fencing", holder, "-i", fenced]
    const unasked = await lab.haops(asked)
    expect(unasked.code, unasked.stderr).toBe(1)
    expect(unasked.stderr.replace(/\s+/g, " ")).toContain(
      `${holder} is really fenced, by broken, and where that fails power-${holder}`,
    )
    expect(await everywhere(lab.nodes, BOOT)).toEqual(boots)
    const { code, stdout, stderr } = await haops(...asked, "--yes", "--json")
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const report = JSON.parse(stdout).details as FencingReport
    expect(report).toMatchObject({
      ...{ node: holder, action: "reboot", restarted: true, verdict: "pass", troubles: [] },
      event: { status: "success", target: holder, origin: report.by },
      devices: [
        { device: "broken", level: 1, ok: false },
        { device: `power-${holder}`, level: 2, ok: true, on: report.event?.delegate },
      ],
    })
    expect(THREE).toContain(report.vips[0]?.to)
    const { fencedMs = 0, backMs = 0, healthyMs = 0 } = report
    process.stdout.write(`fenced after ${fencedMs} ms, back after ${backMs} ms, as before after ${healthyMs} ms\n`)
    const after = await everywhere(lab.nodes, BOOT)
    expect(THREE.filter((name) => after[name] !== boots[name])).toEqual([holder])
    const journal = (await haops("journal")).stdout.split("\n")[1]
    expect(journal).toMatch(new RegExp(` verify --fencing .*${holder} .* done$`))
  })

  test("a node that is cut off is fenced before another has its VIP: no two hosts ever had it at once", async ({
    lab,
    haops,
  }) => {
    await well(haops)
    const [holder = ""] = await holders(lab.nodes, lab.vip)
    const boots = await everywhere(lab.nodes, BOOT)
    const { code, stdout, stderr } = await haops("drill", "partition", "--yes", "--json", "-i", fenced)
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const report = JSON.parse(stdout).details as DrillReport
    process.stdout.write(`cut off and fenced: outage ${report.outageMs} ms, healthy after ${report.healthyMs} ms\n`)
    expect(report).toMatchObject({ node: holder, twiceMs: 0, holdersEveryMs: 20, restored: "fenced", verdict: "pass" })
    drilledAsForetold("partition of a cluster that fences", report)
    expect(report.requests.failed).toBeGreaterThan(0)
    const after = await everywhere(lab.nodes, BOOT)
    expect(THREE.filter((name) => after[name] !== boots[name])).toEqual([holder])
  })
}

/** Pacemaker has agents wait for as long as it waits itself, a minute, and tries once more. */
const QUICK = { power_timeout: 2, disable_timeout: "false", pcmk_reboot_retries: 1 }

/** fence_ipmilan for each node, none of which runs on the node that it fences, and before it one for all that is broken. */
function withDevices({ address, ports, brokenPort, username }: Bmcs) {
  const common = { ip: address, username, password: { file: "bmc" }, lanplus: 1, cipher: 3 }
  const device = (name: string, port: number | undefined, node: string) => ({
    ...{ name, agent: "fence_ipmilan" },
    parameters: { ...common, ipport: port, pcmk_host_list: node, ...QUICK },
  })
  return {
    pacemaker: {
      properties: { "stonith-enabled": null },
      fencing: [
        ...THREE.map((node) => device(`power-${node}`, ports[node], node)),
        device("broken", brokenPort, THREE.join(" ")),
      ],
      fencingLevels: THREE.flatMap((node) => [
        { node, devices: ["broken"] },
        { node, devices: [`power-${node}`] },
      ]),
      constraints: THREE.map((node) => ({ locate: `power-${node}`, prefers: node, score: "-INFINITY" })),
    },
  }
}
