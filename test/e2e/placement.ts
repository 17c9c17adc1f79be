import { expect } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import { constraints, everywhere, holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// inventory/openstack.yaml, the seeds to the letter: haproxy with the VIPs and nowhere else, the VIPs together, and a systemd service
// cloned. A unit that sleeps stands in for keystone's, an HTTP responder for the service behind the balancer.

const ENV = { HAOPS_HACLUSTER_PASSWORD: "hacluster-pw-1", HAOPS_STATS_PASSWORD: "stats-pw-1" }
/** Keystone's public API in the preset. */
const PORT = 5000
const KEYSTONE = "[Service]\nExecStart=/bin/sleep infinity\n"

/** Takes a running cluster of the lab from what it is to that, with addresses of its own: a VIP renamed in place would stop the new one by the old. */
export function placementTests(test: LabTest): void {
  const first = (lab: Lab) => lab.vip.replace(/\d+$/, "202")
  const second = (lab: Lab) => lab.vip.replace(/\d+$/, "201")
  const withEnv = (lab: Lab): Pick<Lab, "haops"> => ({ haops: (args) => lab.haops(args, { env: ENV }) })

  test.beforeAll(async ({ lab }) => {
    for (const node of lab.nodes) {
      await node.write("/etc/systemd/system/openstack-keystone.service", KEYSTONE)
      await serveBackends(node, { http: [PORT] })
    }
    const places = Object.fromEntries(lab.nodes.map(({ address }, index) => [`10.0.0.${12 + index}`, address]))
    await exampleInventory(lab, "openstack.yaml", {
      places: { ...places, "10.0.0.11": first(lab), "192.168.1.111": second(lab) },
      overrides: { name: "lab" },
    })
    await ended(withEnv(lab).haops(["up", "--yes"]))
  })

  test("the constraints are those of the seeds", async ({ lab }) => {
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

  test("both VIPs are on one node, and haproxy runs there and nowhere else", async ({ lab }) => {
    await expectTogether(lab)
  })

  test("the service is cloned on every node, and each copy waits for its own node alone", async ({ lab }) => {
    expect(await runningOn(lab.nodes[0]!, "openstack-keystone")).toEqual(THREE)
    expect(await everywhere(lab.nodes, "systemctl is-active openstack-keystone")).toEqual(each("active"))
    const interleave = await lab.nodes[0]!.must("crm_resource -r openstack-keystone-clone --meta -g interleave")
    expect(interleave.trim()).toBe("true")
  })

  test("nothing is left to do, on whichever node they are", async ({ lab }) => {
    expect(await planned(withEnv(lab))).toMatchObject({ code: 0, drift: [] })
    const [holder] = await holders(lab.nodes, first(lab))
    await lab.node(holder!).must(`pcs node standby ${holder} --wait=60`)
    await until(async () => (await ask(`http://${first(lab)}:${PORT}/`)).ok, { what: "the VIP elsewhere" })
    await lab.node(holder!).must(`pcs node unstandby ${holder} --wait=60`)
    expect(await holders(lab.nodes, first(lab))).not.toContain(holder)
    await expectTogether(lab)
    expect(await planned(withEnv(lab))).toMatchObject({ code: 0, drift: [] })
  })

  async function expectTogether(lab: Lab): Promise<void> {
    const [holder, ...others] = await holders(lab.nodes, first(lab))
    expect(others).toEqual([])
    expect(await holders(lab.nodes, second(lab))).toEqual([holder])
    expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual([holder])
    const active = await everywhere(lab.nodes, "systemctl is-active haproxy || true")
    expect(active).toEqual({ ...each("inactive"), [holder!]: "active" })
    await until(async () => (await ask(`http://${first(lab)}:${PORT}/`)).ok, { what: "an answer of the VIP" })
  }
}
