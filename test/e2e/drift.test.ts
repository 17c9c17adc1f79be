import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import type { Outlook } from "../../src/foresight/foretell.ts"
import { collectTests } from "./collect.ts"
import { DAMAGES } from "./damages.ts"
import { fencingTests } from "./fencing.ts"
import { ended } from "./harness/ended.ts"
import { cameAsForetold, placesOf, whatIf } from "./harness/foretold.ts"
import type { Haops } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { constraints, everywhere, holders, onlineNodes, property, runningOn } from "./harness/observe.ts"
import { unknownOptions } from "./harness/options.ts"
import { expectDrift, planned } from "./harness/planned.ts"
import { ask, startProber } from "./harness/prober.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { ownChanges, rememberState } from "./harness/untouched.ts"
import { leftBehindTests } from "./left-behind.ts"
import { placementTests } from "./placement.ts"
import { deadMemberTests, statusTests } from "./status.ts"
import { upgradeTests } from "./upgrade.ts"

// One cluster, as it was built: what `status` and its kin show of it; then changed by hand in one way at a time, where haops plans just
// that, repairs just that, and then has nothing to do; and at last made into another one.

const test = labTest({ fencing: true }, async (lab) => {
  await lab.inventory()
  const before = await lab.haops(["status"])
  expect(before.code, before.stderr).toBe(1)
  expect(before.stdout).toContain("no cluster runs on any host that answered")
  await ended(lab.haops(["up", "--yes"]))
})

describe("looking at a cluster", () => {
  statusTests(test)

  test("every cluster option of this pacemaker is one that haops knows by name", async ({ lab }) => {
    expect(await unknownOptions(lab.nodes[0]!)).toEqual([])
  })
})

/** What somebody else keeps in the same cluster. */
const FOREIGN = `pcs resource create backup-job ocf:pacemaker:Dummy --wait=30 &&
pcs constraint location backup-job prefers controller2=50`

// What interrupts nobody is broken all at once: eight rounds of plan, repair and plan take two minutes.
const HARMLESS = DAMAGES.filter(({ alone }) => alone !== true)
const ROUNDS = [
  { name: `${HARMLESS.length} things that interrupt nobody`, damages: HARMLESS },
  ...DAMAGES.filter(({ alone }) => alone === true).map((damage) => ({ name: damage.name, damages: [damage] })),
]

describe("changed by hand", () => {
  test.beforeAll(async ({ lab }) => {
    await lab.node("controller1").must(FOREIGN)
    for (const node of lab.nodes) await node.must("echo '192.0.2.7 mine.example' >>/etc/hosts")
  })
  test.afterAll(async ({ lab }) => void (await lab.node("controller1").must("pcs resource delete backup-job")))

  test.for(ROUNDS)("$name: planned exactly, and repaired", async ({ damages }, { lab, haops }) => {
    for (const { on, by } of damages) await lab.node(on).must(by)
    const plan = await planned(lab)
    const repair = await haops("up", "--yes")
    expectDrift(
      plan,
      damages.flatMap(({ drift }) => drift),
    )
    expect(plan).toMatchObject({ code: 2, risk: damages[0]?.risk ?? "none" })
    expect(repair.code, repair.stderr).toBe(0)
    for (const { on, proof } of damages) expect((await lab.node(on).must(proof[0])).replace(/\n$/, "")).toBe(proof[1])
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })

  test("the same password under another hash is no drift, and is found out without showing it", async ({
    lab,
    must,
  }) => {
    const node = lab.node("controller3")
    await node.write("/root/again", `hacluster:${lab.password}\n`, 0o600)
    await node.must("chpasswd </root/again; rm /root/again")
    const hash = await node.must("getent shadow hacluster")
    expect(hash).toMatch(/^hacluster:\$y\$/)
    const watcher = await watchSecrets([node], [lab.password])
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
    expect((await watcher.stop()).sightings).toEqual([])
    await must("up", "--yes")
    expect(await node.must("getent shadow hacluster")).toBe(hash)
  })

  test("an edited haproxy.cfg is repaired by a reload, without a failed request", async ({ lab, must }) => {
    const [holder] = await holders(lab.nodes, lab.vip)
    const node = lab.node(holder!)
    const master = "systemctl show -p MainPID --value haproxy"
    const before = await node.must(master)
    await node.must("sed -i 's/^ *bind .*:8080/& maxconn 17/' /etc/haproxy/haproxy.cfg")
    const plan = await planned(lab)
    expect(plan.drift).toEqual([expect.stringMatching(`^${holder}: /etc/haproxy/haproxy.cfg: `)])
    expect(plan.risk).toBe("reload")
    const prober = startProber(`http://${lab.vip}:8080/`)
    await must("up", "--yes")
    expect(await prober.stop()).toMatchObject({ failed: 0 })
    expect(await node.must(master)).toBe(before)
    expect(await node.must("grep -c 'maxconn 17' /etc/haproxy/haproxy.cfg || true")).toBe("0\n")
    expect(await node.must("cat /etc/haproxy/haproxy.cfg.haops-*")).toContain("maxconn 17")
    expect((await planned(lab)).code).toBe(0)
  })

  test("what would interrupt the service is not done unasked", async ({ lab, haops, must }) => {
    await lab.node("controller1").must("pcs resource update vip cidr_netmask=25 --wait=30")
    const { code, stderr } = await haops("up")
    expect(code).toBe(1)
    expect(stderr).toContain("E_REFUSED")
    expect(await lab.node("controller1").must("crm_resource -r vip -g cidr_netmask")).toBe("25\n")
    await must("up", "--yes")
  })

  test("just that, or nothing: a saved plan covers no other backend, though it takes as many bytes", async ({
    lab,
    haops,
    must,
  }) => {
    const web = { name: "web", port: 8080, mode: "http", vip: "vip", backendPort: 8000, check: "http" }
    const more = (backendPort: number) =>
      lab.inventory({ haproxy: { services: [web, { ...web, name: "more", port: 8081, backendPort }] } }, "more.yaml")
    const file = "more.plan"
    const planned = await haops("plan", "-i", await more(8000), "--out", file)
    expect(planned.code, planned.stderr).toBe(2)
    const configs = () => everywhere(lab.nodes, "sha256sum </etc/haproxy/haproxy.cfg")
    const before = await configs()
    const refused = await haops("up", "--yes", "-i", await more(8009), "--plan", file)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("E_REFUSED")
    expect(refused.stderr).toMatch(/\+ .*:8009/)
    expect(await configs()).toEqual(before)
    await must("up", "-i", await more(8000), "--plan", file)
    expect((await ask(`http://${lab.vip}:8081/`)).ok).toBe(true)
    await must("up", "--yes")
    expect(await configs()).toEqual(before)
  })

  test("what others made in the cluster is reported, and survives", async ({ lab, must }) => {
    const node = lab.node("controller1")
    expect(await runningOn(node, "backup-job")).toEqual(["controller2"])
    expect(await constraints(node)).toContainEqual(expect.stringMatching(/^rsc_location .*rsc=backup-job/))
    await node.must("pcs property set cluster-recheck-interval=17min")
    const { notes } = await planned(lab)
    expect(notes.join("\n")).toMatch(/Not ours, left alone: .*backup-job/)
    await must("up", "--yes")
    expect(await runningOn(node, "backup-job")).toEqual(["controller2"])
    expect(await everywhere(lab.nodes, "grep mine /etc/hosts")).toEqual(each("192.0.2.7 mine.example"))
  })

  test("a cluster of another name is refused and left as it is", async ({ lab, haops }) => {
    const other = await lab.inventory({ name: "another", sysctl: { "vm.swappiness": 17 } }, "another.yaml")
    const state = await rememberState(lab.nodes)
    const cib = await lab.node("controller1").must("cibadmin -Q -o configuration")
    const { code: foreseen, refusals } = await planned(lab, other)
    expect(foreseen).toBe(1)
    expect(refusals).toEqual(
      expect.arrayContaining(THREE.map(() => "this node is in another cluster, lab, not in another")),
    )
    const { code, stderr } = await haops("up", "--yes", "-i", other)
    expect(code).toBe(1)
    expect(stderr).toContain("E_REFUSED")
    expect(ownChanges(await state.changes())).toEqual([])
    expect(await lab.node("controller1").must("cibadmin -Q -o configuration")).toBe(cib)
    expect(await onlineNodes(lab.node("controller1"))).toEqual(THREE)
  })

  test("a new VIP is refused where a stranger answers for it, and the cluster's own are not asked for", async ({
    lab,
    haops,
  }) => {
    // This machine's own address in the lab's network: it answers, and is no member.
    const taken = lab.vip.replace(/\d+$/, "1")
    const web = { name: "web", port: 8080, mode: "http", vip: "vip", backendPort: 8000, check: "http" }
    const second = (address: string) =>
      lab.inventory({ vips: { second: `${address}/24` }, haproxy: { services: [web] } }, "second.yaml")
    const free = await planned(lab, await second(lab.vip.replace(/\d+$/, "201")))
    expect(free).toMatchObject({ code: 2, refusals: [] })
    const state = await rememberState(lab.nodes)
    const other = await second(taken)
    const inUse = expect.stringMatching(
      `^the VIP second \\(${taken}\\) is in use already: [0-9a-f:]{17} answers for it`,
    )
    expect(await planned(lab, other)).toMatchObject({ code: 1, refusals: [inUse] })
    const { code, stderr } = await haops("up", "--yes", "-i", other)
    expect(code).toBe(1)
    expect(stderr).toContain("E_REFUSED")
    expect(ownChanges(await state.changes())).toEqual([])
    expect(await lab.node("controller1").must("crm_resource -l")).not.toContain("second")
  })

  test("what the cluster will do with a new resource is foretold; one that does not start fails the run, by its name", async ({
    lab,
    haops,
    must,
  }) => {
    const resources = { broken: { agent: "systemd:broken" } }
    const other = await lab.inventory({ pacemaker: { resources } }, "broken.yaml")
    // Pacemaker would take a unit that no node has.
    const refusal =
      /broken\.yaml:\d+:\d+ broken: controller1, controller2 and controller3 have no agent systemd:broken$/
    expect(await planned(lab, other)).toMatchObject({ code: 1, refusals: [expect.stringMatching(refusal)] })
    const unit = "[Service]\nType=oneshot\nExecStart=/bin/false\n"
    await Promise.all(lab.nodes.map((node) => node.write("/etc/systemd/system/broken.service", unit)))
    await everywhere(lab.nodes, "systemctl daemon-reload")
    const foretold = await planned(lab, other)
    expect(foretold.code).toBe(2)
    const node = expect.stringMatching(/^controller[123]$/)
    const moving = foretold.transitions.filter(({ action }) => action !== "stay")
    expect(moving).toEqual([expect.objectContaining({ resource: "broken", action: "start", node })])
    const { code, stderr, ms } = await haops("up", "--yes", "-i", other)
    expect(code).toBe(1)
    expect(stderr).toMatch(/cluster converged .*broken/s)
    // Not the minute that is there for what can still come.
    expect(ms).toBeLessThan(45_000)
    expect(stderr).toContain("crm_resource --cleanup --resource broken")
    await must("up", "--yes")
    expect(await lab.node("controller1").must("crm_resource -l")).not.toContain("broken")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })
})

describe("what operators leave behind", () => {
  leftBehindTests(test)
})

describe("upgraded", () => {
  upgradeTests(test)
})

const FENCE_SECRET = "fence-47-secret"

describe("with a fencing device", () => {
  const secret = FENCE_SECRET
  const device = {
    name: "fence-lab",
    agent: "fence_lab",
    parameters: { ip: "192.0.2.1", username: "lab", passwd: { file: "fence" }, pcmk_host_list: THREE.join(" ") },
  }

  test("a node that dies is fenced and its VIP runs on; no process shows the device's password", async ({
    lab,
    haops,
    must,
  }) => {
    await writeFile(join(lab.directory, "fence"), `${secret}\n`)
    for (const node of lab.nodes) await node.write("/usr/sbin/fence_lab", FENCE_LAB, 0o755)
    const fenced = await lab.inventory(
      { pacemaker: { properties: { "stonith-enabled": null }, fencing: [device] } },
      "fenced.yaml",
    )
    const watcher = await watchSecrets(lab.nodes, [secret])
    const { stdout, stderr } = await must("up", "--yes", "-i", fenced)
    expect((await watcher.stop()).sightings).toEqual([])
    expect(`${stdout}${stderr}`).not.toContain(secret)
    expect(await runningOn(lab.nodes[0]!, device.name)).toHaveLength(1)
    expect(await planned(lab, fenced)).toMatchObject({ code: 0, drift: [] })
    expect((await haops("status", "-i", fenced)).stdout).not.toContain("fencing OFF")
    const [holder = ""] = await holders(lab.nodes, lab.vip)
    const others = lab.nodes.filter(({ name }) => name !== holder)
    await lab.node(holder).kill()
    const done = async () => Object.values(await everywhere(others, "cat /var/lib/lab-fenced 2>/dev/null || true"))
    await until(async () => (await done()).join("").includes(`${holder} ${secret}`), { what: "the node to be fenced" })
    await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "the VIP elsewhere" })
    await lab.node(holder).start()
    await must("up", "--yes")
    expect(await onlineNodes(others[0]!)).toEqual(THREE)
    expect(await others[0]!.must("crm_resource -l")).not.toContain(device.name)
  })
})

/** A fence agent as pacemaker calls one, with options on standard input, a line each. It writes down what it was to do. */
const FENCE_LAB = `#!/bin/sh
[ "$1" != -o ] || action=$2
[ -n "\${action-}" ] || while IFS== read -r name value; do
  case $name in action | option) action=$value ;; plug | port | nodename) node=$value ;; passwd) passwd=$value ;; esac
done
case $action in
  metadata) fence_ipmilan -o metadata | sed s/fence_ipmilan/fence_lab/g ;;
  off | reboot) echo "$node $passwd" >>/var/lib/lab-fenced ;;
esac
`

describe("with BMCs", () => {
  fencingTests(test)
})

describe("a dead member", () => {
  const conf = "sha256sum </etc/corosync/corosync.conf"
  let before: Record<string, string>
  let foretold: Outlook | undefined

  test.beforeAll(async ({ lab, haops, must }) => {
    before = await everywhere(lab.nodes, conf)
    await restoredSince(lab, must)
    foretold = (await whatIf(haops, "--down", "controller3")).get("controller3 down")
    await lab.node("controller3").kill()
    await until(async () => (await onlineNodes(lab.nodes[0]!)).length === 2, {
      what: "the cluster to miss controller3",
    })
  })

  deadMemberTests(test)

  test("leaves behind what was foretold: votes, the VIP, haproxy and the service", async ({ lab }) => {
    const [living] = lab.nodes
    const left = foretold?.parts[0]
    expect(left?.votes).toMatchObject({ votes: 2, expected: 3, needed: 2, quorate: true })
    const { stdout } = await living!.exec("corosync-quorumtool -s")
    for (const line of ["Expected votes: +3", "Total votes: +2", "Quorum: +2", "Quorate: +Yes"]) {
      expect(stdout).toMatch(new RegExp(line))
    }
    cameAsForetold("a dead member of three", [await holders(lab.nodes.slice(0, 2), lab.vip)], placesOf(foretold, "vip"))
    expect(await runningOn(living!, "vip")).toEqual(left?.vips[0]?.on)
    expect(left?.services).toMatchObject([{ name: "web", servers: { up: 2, of: 3 }, answers: true }])
    // haproxy takes its time to find the lost server dead.
    const answers = async () => (await ask(`http://${lab.vip}:8080/`)).ok
    await until(answers, { what: "the service to answer" })
  })

  collectTests(test, FENCE_SECRET)

  test("stays a member: the others converge, the run says 3, and it comes back", async ({ lab, haops, must }) => {
    const [living, , dead] = lab.nodes
    await living!.must("pcs property set cluster-recheck-interval=17min")
    for (const node of lab.nodes.slice(0, 2)) await node.must("sysctl -qw net.ipv4.ip_nonlocal_bind=0")
    const plan = await planned(lab)
    expect(plan).toMatchObject({ code: 3, warnings: ["controller1", "controller2"].map(formerRecord) })
    expect(plan.drift.join("\n")).not.toContain("job")
    const result = await ended(haops("up", "--yes"), 3)
    expect(result.stdout + result.stderr).toContain("controller3")
    expect(await property(living!, "cluster-recheck-interval")).toBe("5min")
    expect(await everywhere(lab.nodes.slice(0, 2), "sysctl -n net.ipv4.ip_nonlocal_bind")).toEqual({
      controller1: "1",
      controller2: "1",
    })
    expect((await ask(`http://${lab.vip}:8080/`)).ok).toBe(true)
    expect(await living!.must("crm_node --list | sort")).toMatch(/controller1.*\n.*controller2.*\n.*controller3/)
    await dead!.start()
    // Its record is the only one by now of a configuration that was given up.
    const back = await planned(lab)
    expect(back.warnings).toContainEqual(formerRecord("controller3"))
    expect(back.drift.join("\n")).not.toContain("job")
    await must("up", "--yes")
    expect(await onlineNodes(living!)).toEqual(THREE)
    expect(await everywhere(lab.nodes, conf)).toEqual(before)
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [], warnings: [] })
    expect(await living!.must("cibadmin -Q --xpath \"//primitive[@id='job']\"")).toContain('provider="heartbeat"')
    expect(await runningOn(living!, "job")).toHaveLength(1)
    await living!.must("pcs resource delete job")
  })

  /** haops makes a resource, somebody puts a copy of the configuration from before in its place, and makes one of that name. */
  async function restoredSince(lab: Lab, must: Haops): Promise<void> {
    const [node] = lab.nodes
    await node!.must("cibadmin --query >/root/copy.xml")
    const resources = { job: { agent: "ocf:pacemaker:Dummy" } }
    const made = await lab.inventory({ pacemaker: { resources } }, "job.yaml")
    await must("up", "--yes", "-i", made)
    // Its epoch goes past that of every record, as it does by itself in the days after.
    await node!.must(`sed -i 's/ epoch="[0-9]*"/ epoch="9000"/; /<status>/,/<\\/status>/d' /root/copy.xml
cibadmin --replace --xml-file /root/copy.xml
pcs resource create job ocf:heartbeat:Dummy --wait=30`)
  }

  function formerRecord(host: string) {
    return expect.stringContaining(
      `${host}'s record of what haops created is of another state of the cluster's configuration`,
    )
  }
})

describe("made into that of the OpenStack guides", () => {
  placementTests(test)
})
