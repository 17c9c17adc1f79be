import { expect } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders } from "./harness/observe.ts"
import { ask, during } from "./harness/prober.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { upgradePair } from "./upgrade.ts"

// inventory/loadbalancers.yaml on Debian 13: the public VIP on two load balancers, the database's on the three controllers.

const ENV = { HAOPS_VRRP_PASSWORD: "vrrp-pw1", HAOPS_STATS_PASSWORD: "stats-pw-1" }
const APIS = [5000, 6080, 8773, 8774, 8775, 8776, 8778, 9191, 9292, 9696, 35357]

const OPTIONS = { release: "trixie", prepared: true, nodes: 3, loadbalancers: 2, responder: false } as const

const test = labTest(OPTIONS, async (lab) => {
  await Promise.all(THREE.map((name) => serve(lab.node(name))))
  await example(lab)
})
  .extend("haops", { scope: "file" }, async ({ lab }) => {
    return async (...words) => await lab.haops(words, { env: ENV })
  })
  .extend("pair", { scope: "file" }, async ({ lab }) => [lab.node("lb1"), lab.node("lb2")])
  .extend("controllers", { scope: "file" }, async ({ lab }) => THREE.map((name) => lab.node(name)))
  .extend("database", { scope: "file" }, async ({ lab }) => databaseVip(lab))

test("up puts each VIP on its own hosts, and all services of the guide answer behind it", async ({
  lab,
  must,
  database,
}) => {
  await must("up", "--yes")
  const firsts = async () => [...(await holders(lab.nodes, lab.vip)), ...(await holders(lab.nodes, database))].join()
  await until(async () => (await firsts()) === "lb1,controller1", { what: "each VIP on its first host" })
  const urls = [...APIS.map((port) => `http://${lab.vip}:${port}/`), `https://${lab.vip}:443/`]
  const answers = await Promise.all(urls.map(async (url) => ({ url, ...(await ask(url, 5000)) })))
  expect.soft(answers.filter(({ ok, answer }) => !ok || !THREE.includes(answer))).toEqual([])
  expect.soft(await ask(`http://${database}:3306/`)).toEqual({ ok: true, answer: "controller1" })
  const page = async (password: string) => (await ask(`http://admin:${password}@${lab.vip}:1080/`)).answer
  expect.soft(await page(ENV.HAOPS_STATS_PASSWORD)).toContain("Statistics Report")
  expect.soft(await page("wrong")).toContain("401 Unauthorized")
})

test("its ports are those of each group alone", async ({ pair, controllers, database }) => {
  const listens = "ss -ltnH | awk '{ print $4 }' | grep -cE ':(3306|5000)$'"
  const own = `ss -ltnH | grep -c '${database}:3306'`
  expect.soft(await everywhere(pair, listens)).toEqual({ lb1: "1", lb2: "1" })
  expect.soft(await everywhere(controllers, own)).toEqual(each("1"))
})

test("a second up has nothing to do; verify and status see it whole, without any pacemaker", async ({
  haops,
  must,
}) => {
  await ended(haops("plan"))
  await must("verify")
  await must("status", "--json")
  const shown = await must("lb", "show")
  expect(shown.stdout).toContain("galera_cluster")
})

test("lb takes a server out of the haproxy of both load balancers at once, and back", async ({ haops, must }) => {
  for (const [wish, state] of [
    ["drain", "drain"],
    ["maint", "maint"],
    ["ready", "up"],
  ]) {
    await must("lb", wish!, "glance_api_cluster/controller2")
    const line = new RegExp(`^ {2}controller2 +${state} +${state}\\b`, "m")
    await until(async () => line.test((await haops("lb", "show", "glance_api_cluster")).stdout), { what: wish! })
  }
  expect((await haops("lb", "show", "glance_api_cluster")).stdout).not.toContain("haproxy on controller1")
  const unknown = await haops("lb", "drain", "glance_api_cluster/controller9")
  expect(unknown.code).toBe(65)
})

test("the database's leader is lost: a backup server is promoted, and steps back for it", async ({ lab, database }) => {
  const leader = lab.node("controller1")
  const answeredBy = async (name: string) =>
    await until(async () => (await ask(`http://${database}:3306/`, 5000)).answer === name, {
      what: `an answer of ${name}`,
    })
  const report = await during(`http://${database}:3306/`, async () => {
    await leader.must("systemctl stop lab-backends")
    await answeredBy("controller2")
  })
  // Five failed checks, one every 2 s.
  expect(report.longestOutageMs).toBeLessThan(15_000)
  const back = await during(
    `http://${database}:3306/`,
    async () => {
      await serve(leader)
      await answeredBy("controller1")
    },
    { timeoutMs: 5000 },
  )
  expect(back.failed).toBe(0)
})

test("a load balancer that is lost is replaced by the other one, and takes the VIP back", async ({ lab, pair }) => {
  const [first, second] = pair
  const report = await during(`http://${lab.vip}:5000/`, async () => {
    await first!.kill()
    await until(async () => (await holders([second!], lab.vip)).length === 1, { what: "the backup promoted" })
  })
  expect(report.longestOutageMs).toBeLessThan(8000)
  await first!.start()
  await until(async () => (await holders(pair, lab.vip)).join() === "lb1", { what: "the VIP on lb1" })
})

test("controllers that carry no VIP any more keep neither keepalived nor haproxy", async ({
  lab,
  haops,
  must,
  controllers,
  database,
}) => {
  await example(lab, {
    vips: { database: null },
    haproxy: { services: [{ preset: "openstack", vip: "public", without: ["galera_cluster", "rabbitmq_cluster"] }] },
  })
  await must("up", "--yes")
  expect(await holders(lab.nodes, database)).toEqual([])
  const units = "systemctl is-active haproxy keepalived | sort -u; systemctl is-enabled haproxy keepalived | sort -u"
  const off = "inactive\ndisabled"
  expect(await everywhere(controllers, units)).toEqual(each(off))
  expect(await ask(`http://${lab.vip}:5000/`)).toMatchObject({ ok: true })
  await ended(haops("plan"))
})

test("a newer haproxy comes to the load balancers by apt of Debian 13, the VIP's host last", async ({
  lab,
  must,
  pair,
}) => {
  await upgradePair(lab, pair, must)
})

async function serve(node: LabNode): Promise<void> {
  await serveBackends(node, { http: [...APIS, 3306], https: [443] })
}

/** Writes the example for the lab, with these overrides. */
async function example(lab: Lab, overrides: InventoryOverrides = {}): Promise<void> {
  await exampleInventory(lab, "loadbalancers.yaml", {
    places: {
      "10.0.0.100": lab.node("controller1").address,
      "10.0.0.66": lab.node("controller2").address,
      "10.0.0.12": lab.node("controller3").address,
      loadbalance1: "lb1",
      loadbalance2: "lb2",
      "10.0.0.21": lab.node("lb1").address,
      "192.168.122.21": lab.node("lb1").address,
      "10.0.0.22": lab.node("lb2").address,
      "192.168.122.22": lab.node("lb2").address,
      "192.168.122.200": lab.vip,
      "10.0.0.200": databaseVip(lab),
      ens3: "eth0",
    },
    overrides,
  })
}

function databaseVip(lab: Lab): string {
  return lab.vip.replace(/\d+$/, "201")
}
