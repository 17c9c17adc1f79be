import { afterAll, beforeAll, expect, test } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders } from "./harness/observe.ts"
import { passes } from "./harness/passes.ts"
import { ask, during } from "./harness/prober.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// inventory/loadbalancers.yaml on Debian 13: the public VIP on two load balancers, the database's on the three controllers.

const ENV = { HAOPS_VRRP_PASSWORD: "vrrp-pw1", HAOPS_STATS_PASSWORD: "stats-pw-1" }
const APIS = [5000, 6080, 8773, 8774, 8775, 8776, 8778, 9191, 9292, 9696, 35357]

let lab: Lab
let database: string
const pair = () => [lab.node("lb1"), lab.node("lb2")]
const controllers = () => THREE.map((name) => lab.node(name))

beforeAll(async () => {
  lab = await startLab({ release: "trixie", prepared: true, nodes: 3, loadbalancers: 2, responder: false })
  database = lab.vip.replace(/\d+$/, "201")
  await Promise.all(controllers().map(serve))
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

test("up puts each VIP on its own hosts, and all services of the guide answer behind it", async () => {
  await ended(haops("up", "--yes"))
  const firsts = async () => [...(await holders(lab.nodes, lab.vip)), ...(await holders(lab.nodes, database))].join()
  await until(async () => (await firsts()) === "lb1,controller1", { what: "each VIP on its first host" })
  const urls = [...APIS.map((port) => `http://${lab.vip}:${port}/`), `https://${lab.vip}:443/`]
  const answers = await Promise.all(urls.map(async (url) => ({ url, ...(await ask(url, 5000)) })))
  expect(answers.filter(({ ok, answer }) => !ok || !THREE.includes(answer))).toEqual([])
  expect(await ask(`http://${database}:3306/`)).toEqual({ ok: true, answer: "controller1" })
  const page = async (password: string) => (await ask(`http://admin:${password}@${lab.vip}:1080/`)).answer
  expect(await page(ENV.HAOPS_STATS_PASSWORD)).toContain("Statistics Report")
  expect(await page("wrong")).toContain("401 Unauthorized")
})

test("its ports are those of each group alone", async () => {
  const listens = "ss -ltnH | awk '{ print $4 }' | grep -cE ':(3306|5000)$'"
  const own = `ss -ltnH | grep -c '${database}:3306'`
  expect(await everywhere(pair(), listens)).toEqual({ lb1: "1", lb2: "1" })
  expect(await everywhere(controllers(), own)).toEqual(each("1"))
})

test("a second up has nothing to do; verify and status see it whole, without any pacemaker", async () => {
  await passes(haops("plan"))
  const verified = await haops("verify")
  expect(verified.code, verified.stdout).toBe(0)
  const status = await haops("status", "--json")
  expect(status.code, status.stdout + status.stderr).toBe(0)
  const shown = await haops("lb", "show")
  expect(shown.code).toBe(0)
  expect(shown.stdout).toContain("galera_cluster")
})

test("lb takes a server out of the haproxy of both load balancers at once, and back", async () => {
  for (const [wish, state] of [
    ["drain", "drain"],
    ["maint", "maint"],
    ["ready", "up"],
  ]) {
    await ended(haops("lb", wish!, "glance_api_cluster/controller2"))
    const line = new RegExp(`^ {2}controller2 +${state} +${state}\\b`, "m")
    await until(async () => line.test((await haops("lb", "show", "glance_api_cluster")).stdout), { what: wish! })
  }
  expect((await haops("lb", "show", "glance_api_cluster")).stdout).not.toContain("haproxy on controller1")
  const unknown = await haops("lb", "drain", "glance_api_cluster/controller9")
  expect(unknown.code).toBe(65)
})

test("the database's leader is lost: a backup server is promoted, and steps back for it", async () => {
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

test("a load balancer that is lost is replaced by the other one, and takes the VIP back", async () => {
  const [first, second] = pair()
  const report = await during(`http://${lab.vip}:5000/`, async () => {
    await first!.kill()
    await until(async () => (await holders([second!], lab.vip)).length === 1, { what: "the backup promoted" })
  })
  expect(report.longestOutageMs).toBeLessThan(8000)
  await first!.start()
  await until(async () => (await holders(pair(), lab.vip)).join() === "lb1", { what: "the VIP on lb1" })
})

test("controllers that carry no VIP any more keep neither keepalived nor haproxy", async () => {
  alone = {
    vips: { database: null },
    haproxy: { services: [{ preset: "openstack", vip: "public", without: ["galera_cluster", "rabbitmq_cluster"] }] },
  }
  await ended(haops("up", "--yes"))
  expect(await holders(lab.nodes, database)).toEqual([])
  const units = "systemctl is-active haproxy keepalived | sort -u; systemctl is-enabled haproxy keepalived | sort -u"
  const off = "inactive\ndisabled"
  expect(await everywhere(controllers(), units)).toEqual(each(off))
  expect(await ask(`http://${lab.vip}:5000/`)).toMatchObject({ ok: true })
  await passes(haops("plan"))
})

async function serve(node: LabNode): Promise<void> {
  await serveBackends(node, { http: [...APIS, 3306], https: [443] })
}

/** What the tests change about the example. */
let alone: InventoryOverrides = {}

async function haops(...words: readonly string[]) {
  const path = await exampleInventory(lab, "loadbalancers.yaml", {
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
      "10.0.0.200": database,
      ens3: "eth0",
    },
    overrides: alone,
  })
  return await lab.haops([...words, "-i", path], { env: ENV })
}
