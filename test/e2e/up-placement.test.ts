import { afterAll, beforeAll, expect, test } from "vitest"
import { type Lab, startLab } from "./harness/lab.ts"
import { constraints, everywhere, holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"
import { until } from "./harness/until.ts"

// The shape of inventory/openstack.yaml, the seeds to the letter: haproxy with the VIPs and nowhere else, the VIPs together, and a
// systemd service cloned. A unit that sleeps stands in for keystone.

const NAMES = ["controller1", "controller2", "controller3"]
let lab: Lab
let inventory: string
let second: string

beforeAll(async () => {
  lab = await startLab({ prepared: true })
  second = lab.vip.replace(/\d+$/, "201")
  for (const node of lab.nodes) await node.write("/etc/systemd/system/openstack-keystone.service", KEYSTONE)
  inventory = await lab.inventory({
    pacemaker: {
      properties: { "no-quorum-policy": "ignore" },
      resources: { "openstack-keystone": { agent: "systemd:openstack-keystone", clone: { interleave: true } } },
      constraints: [{ colocate: "vip_management", with: "vip_public" }],
    },
    vips: { vip: null, vip_management: `${lab.vip}/24`, vip_public: { address: `${second}/24`, nic: "eth0" } },
    haproxy: {
      placement: "with-vip",
      services: [
        { name: "web", port: 8080, vip: "vip_management", mode: "http", backendPort: 8000, check: "http" },
        { name: "public", port: 8080, vip: "vip_public", mode: "http", backendPort: 8000, check: "http" },
      ],
    },
  })
  const { code, stdout, stderr } = await lab.haops(["up", "--yes", "-i", inventory])
  expect(code, `${stdout}\n${stderr}`).toBe(0)
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

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
  expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  const [holder] = await holders(lab.nodes, lab.vip)
  await lab.node(holder!).must(`pcs node standby ${holder} --wait=60`)
  await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "the VIP elsewhere" })
  await lab.node(holder!).must(`pcs node unstandby ${holder} --wait=60`)
  expect(await holders(lab.nodes, lab.vip)).not.toContain(holder)
  await expectTogether()
  expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
})

async function expectTogether(): Promise<void> {
  const [holder, ...others] = await holders(lab.nodes, lab.vip)
  expect(others).toEqual([])
  expect(await holders(lab.nodes, second)).toEqual([holder])
  expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual([holder])
  const active = await everywhere(lab.nodes, "systemctl is-active haproxy || true")
  expect(active).toEqual({ ...each("inactive"), [holder!]: "active" })
  for (const address of [lab.vip, second]) {
    await until(async () => (await ask(`http://${address}:8080/`)).ok, { what: `an answer of ${address}` })
  }
}

function each<Value>(value: Value): Record<string, Value> {
  return Object.fromEntries(NAMES.map((name) => [name, value]))
}
