import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import { holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// What operators leave on a node that runs: another word for the same thing, a port that is somebody else's, a belief that is wrong.

/** On a running cluster of three, which it is left as. */
export function leftBehindTests(test: LabTest): void {
  test("another copy of the inventory, in which the hosts are in another order, has nothing to do", async ({ lab }) => {
    const text = await readFile(join(lab.directory, "inventory.yaml"), "utf8")
    const lines = THREE.map((name) => `  ${name}: ${lab.node(name).address}\n`)
    expect(text).toContain(lines.join(""))
    const file = join(lab.directory, "another-order.yaml")
    await writeFile(file, text.replace(lines.join(""), lines.toReversed().join("")))
    expect(await planned(lab, file)).toMatchObject({ code: 0, drift: [], actions: [] })
  })

  test("what the cluster believes to run, and does not run, is looked at again there and starts", async ({ lab }) => {
    await believedToRun(lab)
  })

  test("where a stranger has haproxy's port, up names it and waits for nothing, and verify says nothing of a process", async ({
    lab,
    haops,
    must,
  }) => {
    const [node] = await spared(lab)
    const [first] = lab.nodes
    await node!.must(`systemctl stop haproxy; ${STRANGER}`)
    const others = THREE.filter((name) => name !== node!.name)
    const gone = async () => (await runningOn(first!, "lb-haproxy")).join() === others.join()
    const seen = async () => {
      await until(gone, { what: "haproxy to be missed there" })
      const { stdout } = await haops("verify", "--json")
      return { stdout, up: await haops("up", "--yes") }
    }
    const { stdout, up } = await seen().finally(() => node!.must("kill $(cat /run/lab-stranger)"))
    await first!.must("crm_resource --cleanup --resource lb-haproxy")
    const { checks } = JSON.parse(stdout).details as { checks: { id: string; evidence: string[] }[] }
    expect(checks.find(({ id }) => id === "haproxy-config")?.evidence).toEqual([
      `${others.join(" and ")}: the file is the inventory's, the process is younger, its servers are the same`,
      `${node!.name}: the file is the inventory's; haproxy does not run`,
    ])
    expect(up.code, up.stderr).toBe(3)
    expect(up.stderr).toContain(`${node!.name}: preflight failed: tcp port 8080 (web) is taken by perl`)
    expect(up.ms).toBeLessThan(45_000)
    await until(async () => (await runningOn(first!, "lb-haproxy")).join() === THREE.join(), { what: "haproxy" })
    await must("up", "--yes")
  })
}

/** Leaves one node without haproxy, as pacemaker is left by a systemd that executes itself anew: it says Started, and asks no more. */
export async function believedToRun(lab: Lab): Promise<void> {
  const [node] = await spared(lab)
  const members = THREE.map((name) => lab.node(name))
  const held = await holders(members, lab.vip)
  await node!.must("pcs resource update lb-haproxy op monitor interval=1s enabled=false --wait=30")
  await node!.must("systemctl stop haproxy")
  expect(await runningOn(node!, "lb-haproxy")).toEqual(THREE)
  const { stdout: status } = await lab.haops(["status"])
  expect(status).not.toContain("In sync")
  expect(status).toContain("resources that the cluster believes to run")
  expect(status.replace(/\s+/g, " ")).toContain("the monitor of lb-haproxy is switched off, so that nobody sees it")
  const { actions } = await planned(lab)
  expect(actions.filter((action) => action.includes("crm_resource"))).toEqual([
    `crm_resource --refresh --resource lb-haproxy --node ${node!.name}`,
  ])
  const only = await lab.haops(["up", "--only", "resources-refresh", "--yes"])
  expect(only.code, only.stderr).toBe(0)
  await until(async () => (await node!.exec("systemctl is-active haproxy")).code === 0, { what: "haproxy started" })
  // The monitor, which the inventory has, is drift.
  await ended(lab.haops(["up", "--yes"]))
  expect(await node!.must("cibadmin -Q --scope resources")).not.toContain("enabled=")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  expect(await holders(members, lab.vip)).toEqual(held)
}

/** Those of the three that do not hold the VIP. */
async function spared(lab: Lab) {
  const members = THREE.map((name) => lab.node(name))
  const held = await holders(members, lab.vip)
  return members.filter(({ name }) => !held.includes(name))
}

/** Listens on every address, as nobody's unit, until it is killed. */
const STRANGER = `rm -f /run/lab-ready; setsid perl -MIO::Socket::INET -e "
\\$s = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 8080, Listen => 1) or die;
open R, '>', '/run/lab-ready'; close R; sleep" </dev/null >/dev/null 2>&1 &
echo $! >/run/lab-stranger; until [ -e /run/lab-ready ]; do kill -0 $! || exit; sleep 0.05; done`
