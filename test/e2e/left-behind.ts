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

  test("status and verify name all that an operator may leave, and the commands that they tell end it", async ({
    lab,
    haops,
    must,
  }) => {
    const [holder = ""] = await holders(lab.nodes, lab.vip)
    const [one = "", other = ""] = THREE.filter((name) => name !== holder)
    const node = lab.node(holder)
    const looks = async () => {
      const both = [await haops("status"), await haops("verify")]
      return both.map(({ stdout }) =>
        stdout.replaceAll(/\s+/g, " ").replaceAll(/(failed on \S+): [^;]* \(\d+ s ago\)/g, "$1"),
      )
    }
    await node.must(leaving(one, other))
    const failed = async () => (await node.must("crm_mon -1 --output-as=xml")).includes('op_key="flaky_monitor_1000"')
    await until(failed, { what: "the monitor of flaky to fail" })
    const left = leftThen(holder, one, other)
    for (const said of await looks()) for (const [state, undo = ""] of left) expect(said).toContain(`${state}${undo}`)
    for (const [, undo] of left) {
      if (undo?.startsWith("haops ") === true) await must(...undo.split(" ").slice(1))
      else if (undo !== undefined) await node.must(undo)
    }
    await node.must("crm_resource --wait")
    for (const said of await looks()) {
      for (const [state, undo] of left) expect(said.includes(state), `${state}\n${said}`).toBe(undo === undefined)
    }
    await node.must(`for id in loose lazy flaky; do pcs resource delete $id; done; pcs constraint delete by-hand`)
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
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

/** By pacemaker's own commands, on the node that has the VIP and is in the end the only one to take resources. */
const leaving = (one: string, other: string) => `set -e
make() { cibadmin --create --scope "$1" --xml-text "$2"; }
crm_resource --ban --resource vip --node ${one}
make constraints '<rsc_location id="by-hand" rsc="vip" node="${other}" score="-INFINITY"/>'
make constraints '<rsc_location id="once" rsc="vip"><rule id="once-rule" score="5"><date_expression id="once-when" operation="lt" end="2020-01-01"/></rule></rsc_location>'
crm_attribute --node ${one} --name maintenance --update true
crm_attribute --node ${other} --name standby --update on
for id in loose lazy flaky; do
  make resources "<primitive id='$id' class='ocf' provider='pacemaker' type='Dummy'><operations><op id='$id-m' name='monitor' interval='1s'/></operations></primitive>"
done
crm_resource --resource flaky --set-parameter state --parameter-value /run/lab-flaky
crm_resource --wait
crm_resource --resource loose --meta --set-parameter is-managed --parameter-value false
crm_resource --resource lazy --meta --set-parameter target-role --parameter-value Stopped
rm /run/lab-flaky`

/** What is to be said then, in two parts: the state, and the command that ends it, where there is one. */
function leftThen(holder: string, one: string, other: string): readonly (readonly [state: string, undo?: string])[] {
  const back = (id: string, option: string) => `crm_resource --resource ${id} --meta --delete-parameter ${option}`
  return [
    [`cli-ban-vip-on-${one} keeps vip off ${one}, until: `, `crm_resource --clear --resource vip --node ${one}`],
    [`by-hand keeps vip off ${other}; the inventory does not have it`],
    [
      "once has expired and means nothing any more; it goes by: ",
      `cibadmin --delete --xml-text '<rsc_location id="once"/>'`,
    ],
    [`${one} is in maintenance, until: `, `crm_attribute --node ${one} --name maintenance --delete`],
    [`${other} is in standby, until: `, `haops unstandby ${other}`],
    ["the cluster does not manage loose, until: ", back("loose", "is-managed")],
    ["lazy is disabled, until: ", back("lazy", "target-role")],
    [
      `monitor of flaky failed on ${holder}; once its cause is gone: `,
      `crm_resource --cleanup --resource flaky --node ${holder}`,
    ],
  ]
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
