import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { serveBackends } from "./harness/backends.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import { cameAsForetold, placesOf, whatIf } from "./harness/foretold.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, onlineNodes, runningOn } from "./harness/observe.ts"
import { ask, type During, during, type ProbeReport } from "./harness/prober.ts"
import { until } from "./harness/until.ts"
import { optionsTests, type Pair } from "./loadbalancer-options.ts"

// inventory/kubernetes.yaml on real nodes: a pair of load balancers under pacemaker before API servers that are backends and no members.

const ENV = { HAOPS_HACLUSTER_PASSWORD: "hacluster-pw-1", HAOPS_STATS_PASSWORD: "stats-pw-1" }

const test = labTest({ prepared: true, nodes: 3, loadbalancers: 2, responder: false }, async (lab) => {
  const masters = lab.nodes.filter(({ name }) => name.startsWith("controller"))
  await Promise.all(masters.map((node) => serveBackends(node, { https: [6443] })))
  await up(lab)
}).extend("pair", { scope: "file" }, async ({ lab }): Promise<Pair> => [lab.node("lb1"), lab.node("lb2")])

test("up makes a cluster of the two load balancers alone, which count votes as two do", async ({ lab, pair }) => {
  expect.soft(await onlineNodes(pair[0])).toEqual(["lb1", "lb2"])
  const flags = "corosync-quorumtool -s | sed -n 's/^Flags: *//p'"
  expect
    .soft(await everywhere(pair, flags))
    .toEqual({ lb1: "2Node Quorate WaitForAll", lb2: "2Node Quorate WaitForAll" })
  // What Debian's package leaves on a node that haops has nothing to do with.
  expect.soft(await lab.node("controller1").must("grep cluster_name: /etc/corosync/corosync.conf")).toContain("debian")
})

test("haproxy runs on both, the address where the inventory's own words put it, all three API servers behind it", async ({
  lab,
  pair,
}) => {
  expect.soft(await runningOn(pair[0], "lb-haproxy")).toEqual(["lb1", "lb2"])
  expect.soft((await holders(pair, lab.vip)).length).toBe(1)
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(api(lab), 5000)))
  expect
    .soft(new Set(answers.map(({ answer }) => answer)))
    .toEqual(new Set(["controller1", "controller2", "controller3"]))
  const page = await ask(`http://admin:${ENV.HAOPS_STATS_PASSWORD}@${lab.vip}:32700/`)
  expect.soft(page.answer).toContain("Statistics Report")
  const resource = await pair[0].must("crm_resource --resource virtual-ip-resource --query-xml-raw")
  for (const word of [
    'name="broadcast"',
    'interval="20s"',
    'on-fail="restart"',
    'timeout="60s"',
    'name="migration-threshold" value="2"',
  ]) {
    expect.soft(resource).toContain(word)
  }
})

test("a second up has nothing to do, and verify finds nothing wrong", async ({ lab }) => {
  await ended(haops(lab, "plan"))
  await ended(haops(lab, "verify"))
})

test("the pair is taken in without its passwords, and by that inventory the cluster and haproxy stay as they are", async ({
  lab,
  pair,
}) => {
  const login = ["--user", "root", "--identity", "id_ed25519", "--known-hosts", "known_hosts"]
  const adopted = await lab.haops(["adopt", "--host", pair[0].address, ...login, "-o", "adopted.yaml"])
  expect(adopted).toMatchObject({ code: 0, stdout: "", stderr: "" })
  const text = await readFile(join(lab.directory, "adopted.yaml"), "utf8")
  for (const password of Object.values(ENV)) expect(text).not.toContain(password)
  await mkdir(join(lab.directory, "secrets"))
  await writeFile(join(lab.directory, "secrets/hacluster"), ENV.HAOPS_HACLUSTER_PASSWORD, { mode: 0o600 })
  await writeFile(join(lab.directory, "secrets/haproxy-stats"), ENV.HAOPS_STATS_PASSWORD, { mode: 0o600 })
  const plan = await lab.haops(["plan", "-i", "adopted.yaml", "--only", "cib", "cib-record", "haproxy-config"])
  expect(plan, text).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do: 2 hosts") })
})

test("haproxy changes on the backup first, then on the holder, and no request of thousands fails", async ({
  lab,
  pair,
}) => {
  const [holder] = await holders(pair, lab.vip)
  const report = await asked(lab, () => up(lab, balanced("leastconn")), { everyMs: 5, atLeast: 4000 })
  expect(report.attempts.length).toBeGreaterThanOrEqual(4000)
  expect(report.failed).toBe(0)
  expect(await holders(pair, lab.vip)).toEqual([holder])
  const times = await everywhere(pair, "stat -c %.Y /etc/haproxy/haproxy.cfg")
  const backup = pair.find(({ name }) => name !== holder)!
  expect(Number(times[backup.name])).toBeLessThan(Number(times[holder!]))
})

test("an API server that says on /readyz that it cannot serve gets no request, though its port is open", async ({
  lab,
}) => {
  const unready = lab.node("controller3")
  const line = "  http-request return status 500 if { path /readyz }"
  await unready.must(
    `sed -i 's|^  http-request return|${line}\\n&|' /root/backends.cfg && systemctl restart lab-backends`,
  )
  await untilShown(lab, "controller3", "down")
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(api(lab), 5000)))
  expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(["controller1", "controller2"]))
  await unready.must(`sed -i '/readyz/d' /root/backends.cfg && systemctl restart lab-backends`)
  await untilShown(lab, "controller3", "up")
})

test("lb takes a server out of both haproxies at once, and back", async ({ lab }) => {
  for (const [wish, state] of [
    ["drain", "drain"],
    ["maint", "maint"],
    ["ready", "up"],
  ]) {
    await ended(haops(lab, `lb ${wish} kube_apiserver/controller2`))
    await untilShown(lab, "controller2", state!)
  }
})

test("a haproxy configuration that does not validate touches neither of them", async ({ lab, pair }) => {
  const script = "sha256sum /etc/haproxy/haproxy.cfg; ls -A /etc/haproxy; systemctl show -p MainPID haproxy"
  const before = await everywhere(pair, script)
  const { code, stderr } = await haops(lab, "up", { haproxy: { raw: ["listen broken", "  balance sauce"] } })
  expect(code, stderr).toBe(3)
  expect(stderr).toContain("balance only supports")
  expect(await everywhere(pair, script)).toEqual(before)
})

test("a haproxy that is killed costs its node the address, and the backup is promoted", async ({ lab, pair }) => {
  const [holder, backup] = await roles(lab, pair)
  const report = await asked(lab, async () => {
    await holder.must("pkill -9 haproxy")
    await until(async () => (await holders([backup], lab.vip)).length === 1, { what: "the backup promoted" })
  })
  expect(report.longestOutageMs).toBeLessThan(8000)
  await until(async () => (await runningOn(backup, "lb-haproxy")).length === 2, { what: "haproxy back on both" })
  await backup.must("crm_resource --cleanup >/dev/null 2>&1")
})

test("the node with the address is lost: the other one alone keeps its quorum and takes it", async ({ lab, pair }) => {
  const [lost, survivor] = await roles(lab, pair)
  const foretold = (await whatIf((...words) => haops(lab, words.join(" ")), "--down", lost.name)).get(
    `${lost.name} down`,
  )
  const report = await asked(lab, async () => {
    await lost.kill()
    await until(async () => (await holders([survivor], lab.vip)).length === 1, { what: "the address taken over" })
  })
  expect(report.longestOutageMs).toBeLessThan(20_000)
  expect(await survivor.must("corosync-quorumtool -s || true")).toMatch(/Quorate: +Yes/)
  const places = placesOf(foretold, "virtual-ip-resource")
  cameAsForetold("a dead node of a cluster of two", [await holders([survivor], lab.vip)], places)
  expect(foretold?.parts.map(({ votes }) => votes?.quorate)).toEqual([true])
})

test("one that boots alone after both were off takes nothing, and waits for the other", async ({ lab, pair }) => {
  const [survivor] = await roles(lab, pair)
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

describe("made into another pair", () => {
  optionsTests(test)
})

const api = (lab: Lab) => `https://${lab.vip}:6443/`

function balanced(balance: string, { haproxy }: { haproxy?: object } = {}): InventoryOverrides {
  return {
    haproxy: { ...haproxy, services: [{ preset: "kubernetes-api", override: { kube_apiserver: { balance } } }] },
  }
}

/** In that state for the haproxy of both. */
async function untilShown(lab: Lab, server: string, state: string): Promise<void> {
  const line = new RegExp(`^ {2}${server} +${state}\\b.* ${state}\\b`, "m")
  const shown = async () => (await haops(lab, "lb show kube_apiserver")).stdout
  await until(async () => line.test(await shown()), { what: `${server} ${state} on both` })
}

async function haops(lab: Lab, words: string, overrides: InventoryOverrides = {}) {
  const path = await exampleInventory(lab, "kubernetes.yaml", {
    places: {
      ...Object.fromEntries([1, 2, 3].map((n) => [`kube-mast0${n}`, `controller${n}`])),
      ...Object.fromEntries([1, 2].map((n) => [`hapx-node0${n}`, `lb${n}`])),
      "192.168.1.72": lab.node("controller1").address,
      "192.168.1.68": lab.node("controller2").address,
      "192.168.1.83": lab.node("controller3").address,
      "192.168.4.5": lab.node("lb1").address,
      "192.168.4.6": lab.node("lb2").address,
      "192.168.4.20/27": `${lab.vip}/24`,
      "192.168.4.31": lab.vip.replace(/\d+$/, "255"),
      "enp0s3.41": "eth0",
    },
    overrides,
  })
  const flags = words === "up" ? ["--yes"] : []
  return await lab.haops([...words.split(" "), ...flags, "-i", path], { env: ENV })
}

async function up(lab: Lab, overrides?: InventoryOverrides): Promise<void> {
  await ended(haops(lab, "up", overrides))
}

/** The node that has the address, then the other one; of those that run. */
async function roles(lab: Lab, pair: Pair): Promise<[LabNode, LabNode]> {
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

async function asked(lab: Lab, work: () => Promise<unknown>, options: During = {}): Promise<ProbeReport> {
  return await during(api(lab), work, { timeoutMs: 5000, ...options })
}
