import { beforeAll, expect, test } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import type { Lab } from "./harness/lab.ts"
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
export function placementTests(cluster: () => Lab): void {
  let lab: Lab
  let inventory: string
  let first: string
  let second: string
  const haops: Lab["haops"] = (args) => lab.haops(args, { env: ENV })

  beforeAll(async () => {
    lab = cluster()
    first = lab.vip.replace(/\d+$/, "202")
    second = lab.vip.replace(/\d+$/, "201")
    for (const node of lab.nodes) {
      await node.write("/etc/systemd/system/openstack-keystone.service", KEYSTONE)
      await serveBackends(node, { http: [PORT] })
    }
    const places = Object.fromEntries(lab.nodes.map(({ address }, index) => [`10.0.0.${12 + index}`, address]))
    inventory = await exampleInventory(lab, "openstack.yaml", {
      places: { ...places, "10.0.0.11": first, "192.168.1.111": second },
      overrides: { name: "lab" },
    })
    await ended(haops(["up", "--yes", "-i", inventory]))
  })

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
    expect(await runningOn(lab.nodes[0]!, "openstack-keystone")).toEqual(THREE)
    expect(await everywhere(lab.nodes, "systemctl is-active openstack-keystone")).toEqual(each("active"))
    const interleave = await lab.nodes[0]!.must("crm_resource -r openstack-keystone-clone --meta -g interleave")
    expect(interleave.trim()).toBe("true")
  })

  test("nothing is left to do, on whichever node they are", async () => {
    expect(await planned({ haops }, inventory)).toMatchObject({ code: 0, drift: [] })
    const [holder] = await holders(lab.nodes, first)
    await lab.node(holder!).must(`pcs node standby ${holder} --wait=60`)
    await until(async () => (await ask(`http://${first}:${PORT}/`)).ok, { what: "the VIP elsewhere" })
    await lab.node(holder!).must(`pcs node unstandby ${holder} --wait=60`)
    expect(await holders(lab.nodes, first)).not.toContain(holder)
    await expectTogether()
    expect(await planned({ haops }, inventory)).toMatchObject({ code: 0, drift: [] })
  })

  async function expectTogether(): Promise<void> {
    const [holder, ...others] = await holders(lab.nodes, first)
    expect(others).toEqual([])
    expect(await holders(lab.nodes, second)).toEqual([holder])
    expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual([holder])
    const active = await everywhere(lab.nodes, "systemctl is-active haproxy || true")
    expect(active).toEqual({ ...each("inactive"), [holder!]: "active" })
    await until(async () => (await ask(`http://${first}:${PORT}/`)).ok, { what: "an answer of the VIP" })
  }
}
