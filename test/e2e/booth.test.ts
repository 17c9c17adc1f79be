import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { planned } from "./harness/planned.ts"
import { until } from "./harness/until.ts"

// Two clusters of one node each, and an arbitrator that is a bare host of the first one's inventory.

const test = labTest(
  { nodes: 2, loadbalancers: 1, prepared: ["controller1", "controller2"], responder: false },
  async (lab) => await writeFile(join(lab.directory, "booth.key"), `${KEY}\n`, { mode: 0o600 }),
)

const KEY = "0123456789abcdef0123456789abcdef"
const SITES = [1, 2]

function vipOf({ vip }: Lab, number: number): string {
  return vip.replace(/\d+$/, String(200 + number))
}

/** Writes the site's inventory, and returns its path. */
function inventoryOf(lab: Lab, number: number, booth: object = {}): Promise<string> {
  const overrides = {
    name: `site${number}`,
    controllers: { [`controller${3 - number}`]: null },
    ...(number === 1 ? {} : { loadbalancers: null }),
    haproxy: null,
    pacemaker: {
      resources: { app: { agent: "ocf:pacemaker:Dummy" } },
      constraints: [{ ticket: "apps", resources: "app", lossPolicy: "stop" }],
    },
    vips: { vip: null, booth: { address: `${vipOf(lab, number)}/24`, on: "controllers" } },
    booth: {
      vip: "booth",
      sites: SITES.map((one) => vipOf(lab, one)),
      arbitrators: [lab.node("lb1").address],
      key: { file: "booth.key" },
      // Each ticket is asked for by some programs when boothd starts, which an agent's 20 s need not be enough for on a busy machine.
      resource: { operations: { start: { timeout: "60s" } } },
      tickets: { apps: { expire: "30s", timeout: "2s", retries: 3 } },
      ...booth,
    },
  }
  return lab.inventory(overrides, `site${number}.yaml`)
}

async function up(lab: Lab, booth?: object): Promise<void> {
  const inventories = await Promise.all(SITES.map((number) => inventoryOf(lab, number, booth)))
  await Promise.all(inventories.map((inventory) => ended(lab.haops(["up", "--yes", "-i", inventory]))))
}

async function runs(lab: Lab, node: string): Promise<boolean> {
  const { stdout } = await lab.node(node).exec("crm_resource --locate --resource app 2>/dev/null")
  return stdout.includes(`on: ${node}`)
}

interface BoothJson {
  site: string
  running: string[]
  tickets: { name: string; granted: boolean; holder: string | null; expires: string | null }[]
}

async function boothOf(lab: Lab, number: number): Promise<BoothJson> {
  const { stdout } = await lab.haops(["status", "--json", "-i", `site${number}.yaml`])
  return (JSON.parse(stdout) as { details: { booth: BoothJson } }).details.booth
}

test("up sets both sites and the arbitrator up, and a second one finds nothing to do", async ({ lab }) => {
  await up(lab)
  for (const name of ["controller1", "controller2", "lb1"]) {
    const node = lab.node(name)
    expect(await node.must("stat -c '%a %U' /etc/booth/booth.key")).toBe("600 root\n")
    expect(await node.must("cat /etc/booth/booth.key")).toBe(KEY)
    expect(await node.must("cat /etc/booth/booth.conf")).toBe(await lab.node("lb1").must("cat /etc/booth/booth.conf"))
  }
  expect(await lab.node("lb1").must("systemctl is-active booth@booth; systemctl is-enabled booth@booth")).toBe(
    "active\nenabled\n",
  )
  const group = await lab.node("controller1").must("crm_resource --resource booth-booth-group --query-xml")
  expect([...group.matchAll(/<primitive [^>]*id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
    "booth",
    "booth-booth-service",
  ])
  for (const inventory of SITES.map((number) => `site${number}.yaml`)) {
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [], refusals: [], warnings: [] })
    expect((await ended(lab.haops(["up", "-i", inventory]))).stdout).toContain("Nothing to do")
  }
  // A ticket that nobody has been given: what waits for it runs nowhere.
  expect(await boothOf(lab, 1)).toMatchObject({
    tickets: [{ name: "apps", granted: false, holder: null, expires: null }],
  })
  expect([await runs(lab, "controller1"), await runs(lab, "controller2")]).toEqual([false, false])
})

test("what waits for a ticket runs at the site that is granted it, and both sites tell whose it is", async ({
  lab,
}) => {
  // Not before the members have heard of each other; what was granted once is not granted again.
  const grant = `booth list | grep -q 'leader: ${vipOf(lab, 1)}' || booth grant -w apps`
  await until(async () => (await lab.node("controller1").exec(grant)).code === 0, {
    what: "the ticket to be granted",
    everyMs: 1000,
  })
  await until(() => runs(lab, "controller1"), { what: "app to run at the first site" })
  expect(await runs(lab, "controller2")).toBe(false)
  const holder = vipOf(lab, 1)
  await until(async () => (await boothOf(lab, 1)).tickets[0]?.granted, {
    what: "the first site to tell that it has it",
  })
  const { tickets, running } = await boothOf(lab, 1)
  expect(running).toEqual(["controller1", "lb1"])
  expect(tickets).toMatchObject([{ name: "apps", granted: true, holder }])
  expect(Number.isNaN(Date.parse(tickets[0]!.expires!))).toBe(false)
  expect((await boothOf(lab, 2)).tickets).toMatchObject([{ name: "apps", granted: false, holder }])
  const { stdout } = await lab.haops(["verify", "--json", "-i", "site1.yaml"])
  const { checks } = JSON.parse(stdout).details as { checks: { id: string; outcome: string }[] }
  expect(
    checks.find(({ id }) => id === "booth"),
    stdout,
  ).toMatchObject({ outcome: "pass" })
})

test("a change of the configuration restarts boothd alone: the ticket stays, and what runs by it", async ({ lab }) => {
  const node = lab.node("controller1")
  const boothd = (name: string) => lab.node(name).must("cat /run/booth/booth.pid")
  const [state, before] = [await node.must("stat -c %Y /run/Dummy-app.state"), await boothd("controller1")]
  const arbitrator = await boothd("lb1")
  await inventoryOf(lab, 1, { maxTimeSkew: "15min" })
  const { risk, drift } = await planned(lab, "site1.yaml")
  expect(risk).toBe("restart")
  expect(drift.filter((one) => one.includes("boothd's configuration")).map((one) => one.split(":")[0])).toEqual([
    "controller1",
    "lb1",
  ])
  await up(lab, { maxTimeSkew: "15min" })
  expect(await boothd("controller1")).not.toBe(before)
  expect(await boothd("lb1")).not.toBe(arbitrator)
  expect(await node.must("stat -c %Y /run/Dummy-app.state")).toBe(state)
  expect(await planned(lab, "site1.yaml")).toMatchObject({ code: 0, drift: [] })
})

test("a site that dies loses its ticket to the other one when that has expired", async ({ lab }) => {
  await lab.node("controller1").kill()
  await until(() => runs(lab, "controller2"), {
    what: "app to run at the second site",
    timeoutMs: 120_000,
    everyMs: 500,
  })
  await until(async () => (await boothOf(lab, 2)).tickets[0]?.granted, {
    what: "the second site to tell that it has it",
  })
  expect((await boothOf(lab, 2)).tickets).toMatchObject([{ name: "apps", granted: true, holder: vipOf(lab, 2) }])
})
