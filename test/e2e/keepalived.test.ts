import { describe, expect } from "vitest"
import { ended } from "./harness/ended.ts"
import { cameAsForetold, placesOf, whatIf } from "./harness/foretold.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders } from "./harness/observe.ts"
import { type During, during, type ProbeReport } from "./harness/prober.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { until } from "./harness/until.ts"

// Seed 004's layout on real nodes: a VIP on a pair of load balancers, another one on the controllers, both moved by keepalived.

const PASSWORD = "vrrpPw42"
const ENV = { VRRP_PASSWORD: PASSWORD }
const CONF = "/etc/keepalived/keepalived.conf"

type Pair = readonly [LabNode, LabNode]

const test = labTest({ prepared: true, nodes: 2, loadbalancers: 2 }, async (lab) => {
  // One that has still to be given the package.
  await lab.node("lb2").must("dpkg --purge keepalived")
})
  .extend("pair", { scope: "file" }, async ({ lab }): Promise<Pair> => [lab.node("lb1"), lab.node("lb2")])
  .extend("database", { scope: "file" }, async ({ lab }) => databaseVip(lab))
  .extend("haops", { scope: "file" }, async ({ lab }) => {
    return async (...words) => await lab.haops([...words, "-i", await inventory(lab)], { env: ENV })
  })

describe("keepalived", () => {
  test("up brings each VIP to the first host of its group, and the password into no command line", async ({
    lab,
    pair,
    database,
  }) => {
    const watcher = await watchSecrets(lab.nodes, [PASSWORD])
    await up(lab)
    expect((await watcher.stop()).sightings).toEqual([])
    // Where it is slow, another one may have been first; the first host takes over as soon as it is well.
    const firsts = async () => [...(await holders(lab.nodes, lab.vip)), ...(await holders(lab.nodes, database))].join()
    await until(async () => (await firsts()) === "lb1,controller1", { what: "each VIP on its first host" })
    expect(
      await everywhere(pair, `stat -c '%a %U' ${CONF}; systemctl is-enabled keepalived haproxy | tr '\\n' ' '`),
    ).toEqual({
      lb1: "600 root\nenabled enabled",
      lb2: "600 root\nenabled enabled",
    })
  })

  test("a second up has nothing to do", async ({ lab, must }) => {
    const before = await everywhere(lab.nodes, `stat -c %y ${CONF}`)
    await must("plan")
    await up(lab)
    expect(await everywhere(lab.nodes, `stat -c %y ${CONF}`)).toEqual(before)
  })

  test("haproxy changes on the backup first, then on the holder, and no request of thousands fails", async ({
    lab,
    pair,
  }) => {
    const report = await asked(lab, () => up(lab, { haproxy: { services: services("leastconn") } }), {
      everyMs: 2,
      timeoutMs: 5000,
      atLeast: 5000,
    })
    expect(report.attempts.length).toBeGreaterThanOrEqual(5000)
    expect(report.failed).toBe(0)
    const [first, second] = await changedAt(pair, "/etc/haproxy/haproxy.cfg")
    expect(second).toBeLessThan(first)
    expect(await everywhere(pair, "grep -c 'balance leastconn' /etc/haproxy/haproxy.cfg")).toEqual({
      lb1: "1",
      lb2: "1",
    })
    expect(await holders(pair, lab.vip)).toEqual(["lb1"])
    // Who held what before and after, in the report of a run that no cluster was asked in.
    const { stdout: page } = await lab.haops(["report"])
    expect(cellsOf(page, "public")).toEqual(["lb1", "lb1"])
    expect(cellsOf(page, "database")).toEqual(["controller1", "controller1"])
  })

  test("keepalived changes on the backup first, and the VIP does not move for it", async ({ lab, pair }) => {
    const report = await asked(lab, () => up(lab, { keepalived: { nopreempt: true, check: { rise: 3 } } }), {
      timeoutMs: 5000,
    })
    expect(report.failed).toBe(0)
    const [first, second] = await changedAt(pair, CONF)
    expect(second).toBeLessThan(first)
    expect(await holders(pair, lab.vip)).toEqual(["lb1"])
    expect(await everywhere(pair, "journalctl -t keepalived-state -o cat | tail -n 1")).toEqual({
      lb1: "INSTANCE public MASTER 250",
      lb2: "INSTANCE public BACKUP 240",
    })
  })

  test("a configuration that does not validate on the backup touches neither of them", async ({ lab, haops, pair }) => {
    const [, backup] = pair
    const before = await everywhere(pair, `sha256sum ${CONF} && systemctl show -p MainPID keepalived`)
    await backup.must("sed -i 's/^nobody:/nobodx:/' /etc/passwd")
    const { code, stderr } = await haops("up", "--yes")
    await backup.must("sed -i 's/^nobodx:/nobody:/' /etc/passwd")
    expect(code, stderr).toBe(3)
    expect(stderr).toContain("lb2 failed; lb1, which carries a VIP, is left alone")
    expect(await everywhere(pair, `sha256sum ${CONF} && systemctl show -p MainPID keepalived`)).toEqual(before)
    expect(await backup.must("ls -A /etc/keepalived")).not.toContain(".haops.")
    await up(lab)
  })

  test("a haproxy configuration that does not validate touches no host", async ({ lab }) => {
    const before = await everywhere(lab.nodes, untouched)
    const broken = { services: services(), raw: ["listen broken", "  balance sauce"] }
    const { code, stderr } = await lab.haops(["up", "--yes", "-i", await inventory(lab, { haproxy: broken })], {
      env: ENV,
    })
    expect(code, stderr).toBe(1)
    expect(stderr).toContain("balance only supports")
    expect(stderr).toContain("lb2 failed; lb1, which carries a VIP, is left alone")
    expect(await everywhere(lab.nodes, untouched)).toEqual(before)
  })

  test("a haproxy that is killed is back before the VIP would move", async ({ lab, pair }) => {
    const report = await asked(lab, () => pair[0].must("pkill -9 haproxy"), { settleMs: 3000 })
    expect(report.longestOutageMs).toBeLessThan(2000)
    expect(await holders(pair, lab.vip)).toEqual(["lb1"])
  })

  test("a haproxy that hangs costs its host the VIP, though its process is there and its port open", async ({
    lab,
    pair,
  }) => {
    const report = await asked(lab, async () => {
      await pair[0].must("pkill -STOP haproxy")
      await moved(lab, pair, "lb2")
    })
    expect(report.longestOutageMs).toBeLessThan(8000)
    expect(await pair[0].must("pgrep -c haproxy; ss -ltn")).toContain(`${lab.vip}:8080`)
    await pair[0].must("pkill -CONT haproxy")
    await moved(lab, pair, "lb1")
  })

  test("a node that is lost is replaced by the backup, as foretold, which is converged without it, and comes back", async ({
    lab,
    haops,
    pair,
  }) => {
    const foretold = await whatIf(haops, "--down", "lb1")
    expect(placesOf(foretold.get("nothing"), "public")).toEqual([["lb1"]])
    const report = await asked(lab, async () => {
      await pair[0].kill()
      await until(async () => (await holders([pair[1]], lab.vip)).length === 1, { what: "the backup promoted" })
    })
    cameAsForetold("a dead holder of keepalived's", [["lb2"]], placesOf(foretold.get("lb1 down"), "public"))
    expect(report.longestOutageMs).toBeLessThan(8000)
    const { code, stdout } = await haops("plan", "--json")
    expect(code, stdout).toBe(3)
    expect(drifted(stdout)).toEqual([])
    await pair[0].start()
    await moved(lab, pair, "lb1")
    await up(lab)
  })

  test("a split pair is told as what it is, beforehand too, and heals", async ({ lab, haops, must, pair }) => {
    const [cut] = [...(await whatIf(haops, "--cut", "lb1")).values()].slice(1)
    expect(cut?.warnings).toEqual(["SPLIT: public is on both sides at once: lb1 and lb2"])
    await Promise.all([mishear(pair[0], pair[1]), mishear(pair[1], pair[0])])
    await until(async () => (await holders(pair, lab.vip)).length === 2, { what: "the pair split" })
    cameAsForetold("a split pair of keepalived's", [["lb1"], ["lb2"]], placesOf(cut, "public"))
    const { code, stdout } = await haops("plan")
    expect(code).toBe(2)
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("on lb1 and lb2, which do not hear each other's VRRP")
    const verified = await haops("verify")
    expect(verified.code).toBe(1)
    expect(verified.stdout).toContain(`${lab.vip} is on lb1 and lb2 at once`)
    await Promise.all([hear(pair[0], pair[1]), hear(pair[1], pair[0])])
    await moved(lab, pair, "lb1")
    await must("verify")
  })
})

const untouched = "sha256sum /etc/haproxy/haproxy.cfg; ls -A /etc/haproxy; systemctl show -p MainPID haproxy"

function services(balance = "roundrobin") {
  return [
    { name: "web", port: 8080, vip: "public", mode: "http", balance, backendPort: 8000, check: "http" },
    { name: "db", port: 8081, vip: "database", backendPort: 8000 },
  ]
}

async function inventory(lab: Lab, more: InventoryOverrides = {}): Promise<string> {
  return await lab.inventory({
    pacemaker: null,
    vips: {
      vip: null,
      public: { address: `${lab.vip}/24`, on: "loadbalancers", manager: "keepalived" },
      database: { address: `${databaseVip(lab)}/24`, on: "controllers", manager: "keepalived" },
    },
    keepalived: { password: { env: "VRRP_PASSWORD" }, ...(more.keepalived as object) },
    haproxy: more.haproxy ?? { services: services() },
  })
}

function databaseVip(lab: Lab): string {
  return lab.vip.replace(/\d+$/, "201")
}

async function up(lab: Lab, more: InventoryOverrides = {}): Promise<void> {
  await ended(lab.haops(["up", "--yes", "-i", await inventory(lab, more)], { env: ENV }))
}

async function asked(lab: Lab, work: () => Promise<unknown>, options: During = {}): Promise<ProbeReport> {
  return await during(`http://${lab.vip}:8080/`, work, { settleMs: 1000, ...options })
}

async function moved(lab: Lab, pair: Pair, to: string): Promise<void> {
  const there = async () => (await holders(pair, lab.vip)).join() === to
  await until(there, { what: `the VIP on ${to}` })
}

async function changedAt(pair: Pair, path: string): Promise<[number, number]> {
  const times = await everywhere(pair, `stat -c %.Y ${path}`)
  return [Number(times.lb1), Number(times.lb2)]
}

/** Of a page's row about `name`. */
function cellsOf(page: string, name: string): readonly string[] {
  const row = page.split("<tr>").find((one) => one.startsWith(`<th scope="row">${name}</th>`)) ?? ""
  return [...row.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell!)
}

/** Titles of the steps that a plan has something to do for. */
function drifted(json: string): readonly string[] {
  const { plan } = JSON.parse(json) as { plan: { stages: { steps: { title: string }[] }[] } }
  return plan.stages.flatMap(({ steps }) => steps.map(({ title }) => title))
}

/** Sends what is meant for `other` to nobody. A blackhole route would not do: VRRP's sockets are bound to their interface. */
async function mishear(node: LabNode, other: LabNode): Promise<void> {
  await node.must(`ip neigh replace ${other.address} lladdr 02:00:00:00:00:01 nud permanent dev eth0`)
}

async function hear(node: LabNode, other: LabNode): Promise<void> {
  await node.must(`ip neigh del ${other.address} dev eth0`)
}
