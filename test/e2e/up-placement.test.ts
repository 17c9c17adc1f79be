import { afterAll, beforeAll, expect, test } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { exampleInventory } from "./harness/example.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { constraints, everywhere, holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"
import { until } from "./harness/until.ts"

// inventory/openstack.yaml, the seeds to the letter: haproxy with the VIPs and nowhere else, the VIPs together, and a systemd service
// cloned. A unit that sleeps stands in for keystone's, an HTTP responder for the service behind the balancer.

const NAMES = ["controller1", "controller2", "controller3"]
const ENV = { HAOPS_HACLUSTER_PASSWORD: "hacluster-pw-1", HAOPS_STATS_PASSWORD: "stats-pw-1" }
/** Keystone's public API in the preset. */
const PORT = 5000
let lab: Lab
let inventory: string
let second: string

beforeAll(async () => {
  lab = await startLab({ prepared: true, responder: false })
  second = lab.vip.replace(/\d+$/, "201")
  for (const node of lab.nodes) {
    await node.write("/etc/systemd/system/openstack-keystone.service", KEYSTONE)
    await serveBackends(node, { http: [PORT] })
  }
  const places = Object.fromEntries(lab.nodes.map(({ address }, index) => [`10.0.0.${12 + index}`, address]))
  inventory = await exampleInventory(lab, "openstack.yaml", {
    places: { ...places, "10.0.0.11": lab.vip, "192.168.1.111": second },
  })
  const { code, stdout, stderr } = await haops(["up", "--yes", "-i", inventory])
  expect(code, `${stdout}\n${stderr}`).toBe(0)
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

const haops: Lab["haops"] = (args) => lab.haops(args, { env: ENV })

const KEYSTONE = "[Service]\nExecStart=/bin/sleep infinity\n"

test("the constraints are those of the seeds", async () => {
  expect(await constraints(lab.nodes[0]!)).toEqual(
    [
      "rsc_colocation rsc=vip_management score=INFINITY with-rsc=vip_public",
      "rsc_colocation rsc=lb-haproxy-clone score=INFINITY with-rsc=vip_management",
      "rsc_colocation rsc=lb-haproxy-clone score=INFINITY with-rsc=vip_public",
      "rsc_order first-action=start first=vip_management kind=Optional then-action=start then=lb-haproxy-clone",
      "rsc_order first-action=start first=vip_public kind=Optional then-action=start then=lb-haproxy-clone",
    ].sort(),
  )
})

test("both VIPs are on one node, and haproxy runs there and nowhere else", async () => {
  await expectTogether()
})

test("the service is cloned on every node, and each copy waits for its own node alone", async () => {
  expect(await runningOn(lab.nodes[0]!, "openstack-keystone")).toEqual(NAMES)
  expect(await everywhere(lab.nodes, "systemctl is-active openstack-keystone")).toEqual(each("active"))
  const interleave = await lab.nodes[0]!.must("crm_resource -r openstack-keystone-clone --meta -g interleave")
  expect(interleave.trim()).toBe("true")
})

test("nothing is left to do, on whichever node they are", async () => {
  expect(await planned({ haops }, inventory)).toMatchObject({ code: 0, drift: [] })
  const [holder] = await holders(lab.nodes, lab.vip)
  await lab.node(holder!).must(`pcs node standby ${holder} --wait=60`)
  await until(async () => (await ask(`http://${lab.vip}:${PORT}/`)).ok, { what: "the VIP elsewhere" })
  await lab.node(holder!).must(`pcs node unstandby ${holder} --wait=60`)
  expect(await holders(lab.nodes, lab.vip)).not.toContain(holder)
  await expectTogether()
  expect(await planned({ haops }, inventory)).toMatchObject({ code: 0, drift: [] })
})

async function expectTogether(): Promise<void> {
  const [holder, ...others] = await holders(lab.nodes, lab.vip)
  expect(others).toEqual([])
  expect(await holders(lab.nodes, second)).toEqual([holder])
  expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual([holder])
  const active = await everywhere(lab.nodes, "systemctl is-active haproxy || true")
  expect(active).toEqual({ ...each("inactive"), [holder!]: "active" })
  await until(async () => (await ask(`http://${lab.vip}:${PORT}/`)).ok, { what: "an answer of the VIP" })
}

function each<Value>(value: Value): Record<string, Value> {
  return Object.fromEntries(NAMES.map((name) => [name, value]))
}
