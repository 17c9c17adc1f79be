import { afterAll, beforeAll, expect, test } from "vitest"
import { type Lab, startLab } from "./harness/lab.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, onlineNodes, runningOn } from "./harness/observe.ts"
import { ask, type ProbeReport, startProber } from "./harness/prober.ts"
import { until } from "./harness/until.ts"

// Seed 002's layout on real nodes: a pair of load balancers under pacemaker before API servers that are backends and no members.

let lab: Lab
let pair: readonly [LabNode, LabNode]

beforeAll(async () => {
  lab = await startLab({ prepared: true, nodes: 1, loadbalancers: 2 })
  pair = [lab.node("lb1"), lab.node("lb2")]
  await up()
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

test("up makes a cluster of the two load balancers alone, which count votes as two do", async () => {
  expect(await onlineNodes(pair[0])).toEqual(["lb1", "lb2"])
  const flags = "corosync-quorumtool -s | sed -n 's/^Flags: *//p'"
  expect(await everywhere(pair, flags)).toEqual({ lb1: "2Node Quorate WaitForAll", lb2: "2Node Quorate WaitForAll" })
  // What Debian's package leaves on a node that haops has nothing to do with.
  expect(await lab.node("controller1").must("grep cluster_name: /etc/corosync/corosync.conf")).toContain("debian")
})

test("haproxy runs on both, the address where the inventory's own words put it", async () => {
  expect(await runningOn(pair[0], "lb-haproxy")).toEqual(["lb1", "lb2"])
  expect((await holders(pair, lab.vip)).length).toBe(1)
  expect(await ask(`http://${lab.vip}:6443/`)).toEqual({ ok: true, answer: "controller1" })
  const resource = await pair[0].must("crm_resource --resource api --query-xml-raw")
  for (const word of [
    'name="broadcast"',
    'on-fail="restart"',
    'timeout="60s"',
    'name="migration-threshold" value="2"',
  ]) {
    expect(resource).toContain(word)
  }
})

test("a second up has nothing to do", async () => {
  expect((await lab.haops(["plan", "-i", await inventory()])).code).toBe(0)
})

test("haproxy changes on the backup first, then on the holder, and no request of thousands fails", async () => {
  const [holder] = await holders(pair, lab.vip)
  const report = await during(() => up("leastconn"), { everyMs: 5, atLeast: 2000 })
  expect(report.attempts.length).toBeGreaterThanOrEqual(2000)
  expect(report.failed).toBe(0)
  expect(await holders(pair, lab.vip)).toEqual([holder])
  const times = await everywhere(pair, "stat -c %.Y /etc/haproxy/haproxy.cfg")
  const backup = pair.find(({ name }) => name !== holder)!
  expect(Number(times[backup.name])).toBeLessThan(Number(times[holder!]))
})

test("the node with the address is lost: the other one alone keeps its quorum and takes it", async () => {
  const [lost, survivor] = await roles()
  const report = await during(async () => {
    await lost.kill()
    await until(async () => (await holders([survivor], lab.vip)).length === 1, { what: "the address taken over" })
  })
  expect(report.longestOutageMs).toBeLessThan(20_000)
  expect(await survivor.must("corosync-quorumtool -s || true")).toMatch(/Quorate: +Yes/)
})

test("one that boots alone after both were off takes nothing, and waits for the other", async () => {
  const [survivor] = await roles()
  const lost = pair.find((node) => node !== survivor)!
  await survivor.kill()
  await survivor.start()
  await until(async () => (await survivor.exec("corosync-quorumtool -s")).stdout.includes("WaitForAll"), {
    what: "corosync on the node that boots alone",
  })
  expect((await survivor.exec("corosync-quorumtool -s")).stdout).toMatch(/Quorate: +No/)
  expect(await holders([survivor], lab.vip)).toEqual([])
  await lost.start()
  await until(async () => (await holders(pair, lab.vip)).length === 1, { what: "the address back", timeoutMs: 120_000 })
  expect(await onlineNodes(survivor)).toEqual(["lb1", "lb2"])
})

async function inventory(balance = "roundrobin"): Promise<string> {
  return await lab.inventory({
    pacemaker: { on: "loadbalancers", resourceDefaults: { "migration-threshold": null, "resource-stickiness": 100 } },
    vips: {
      vip: null,
      api: {
        address: `${lab.vip}/24`,
        nic: "eth0",
        on: "loadbalancers",
        resource: {
          parameters: { broadcast: lab.vip.replace(/\d+$/, "255") },
          operations: { monitor: { timeout: "60s", "on-fail": "restart" } },
          meta: { "migration-threshold": 2 },
        },
      },
    },
    haproxy: {
      stats: { port: 32700, vip: "api", password: { file: "hacluster" } },
      services: [
        {
          preset: "kubernetes-api",
          override: { kube_apiserver: { backendPort: 8000, check: { tls: false }, balance } },
        },
      ],
    },
  })
}

async function up(balance?: string): Promise<void> {
  const { code, stdout, stderr } = await lab.haops(["up", "--yes", "-i", await inventory(balance)])
  expect(code, `${stdout}\n${stderr}`).toBe(0)
}

/** The node that has the address, then the other one; of those that run. */
async function roles(): Promise<[LabNode, LabNode]> {
  const up = await Promise.all(
    pair.map(
      async (node) =>
        await node.exec("true").then(
          () => true,
          () => false,
        ),
    ),
  )
  const running = pair.filter((_, index) => up[index])
  const [name] = await holders(running, lab.vip)
  return [pair.find((node) => node.name === name)!, pair.find((node) => node.name !== name)!]
}

async function during(
  work: () => Promise<unknown>,
  { everyMs = 50, atLeast = 1 }: { everyMs?: number; atLeast?: number } = {},
): Promise<ProbeReport> {
  const prober = startProber(`http://${lab.vip}:6443/`, { everyMs, timeoutMs: 5000 })
  await work()
  await prober.sent(atLeast)
  return await prober.stop()
}
