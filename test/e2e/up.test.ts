import { describe, expect } from "vitest"
import { DAMAGES } from "./damages.ts"
import { dayTwoExamples, isAsShown, isDrill } from "./harness/day-two.ts"
import { exampleInventory } from "./harness/example.ts"
import type { Release } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes, property, runningOn } from "./harness/observe.ts"
import { unknownOptions } from "./harness/options.ts"
import { expectDrift, planned } from "./harness/planned.ts"
import { ask, during, startProber } from "./harness/prober.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { ownChanges, rememberState } from "./harness/untouched.ts"
import { believedToRun } from "./left-behind.ts"

// The main job on bare nodes, by the oldest and the newest pcs, pacemaker, corosync and haproxy: what they differ in is met here. The
// release between them is `npm run demo`'s, which proves the same from one machine, and that of all other files. Then the section
// on day two of playbooks/README.md, each command in its turn, as it is written: what is shown there is printed.

const STAGES = ["preflight", "hosts", "packages", "prepare", "cluster", "resources", "leftovers", "verify"]

function bareTest(release: Release) {
  return labTest({ release, nodes: 4, prepared: ["controller4"] }, async (lab) => {
    await logSshUse(lab.nodes.slice(0, 3))
    await lab.inventory(OVERRIDES)
    await lab.node("controller1").must("echo '192.0.2.7 mine.example' >>/etc/hosts")
  })
    .extend("members", { scope: "file" }, async ({ lab }) => lab.nodes.slice(0, 3))
    .extend("prober", { scope: "file" }, async ({ lab }) => {
      return startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
    })
}

const MEMBERSHIP = dayTwoExamples().filter(({ line }) => /^(add|remove)-node /.test(line))

describe.each([
  { release: "bullseye", test: bareTest("bullseye"), dayTwo: MEMBERSHIP },
  { release: "trixie", test: bareTest("trixie"), dayTwo: dayTwoExamples().filter(({ line }) => !isDrill(line)) },
])("on bare $release", ({ test, dayTwo }) => {
  // The other one needs the room.
  test.afterAll(async ({ started }) => await started[Symbol.asyncDispose]())

  test.for(EXAMPLES)(
    "inventory/$file is planned to the end",
    async ({ file, addresses, vip }, { lab, haops, members }) => {
      const places = Object.fromEntries(addresses.map((address, index) => [address, members[index]!.address]))
      const password = { file: "hacluster" }
      const overrides = { pacemaker: { password: { env: null, ...password } }, haproxy: { stats: { password } } }
      await exampleInventory(lab, file, { places: { ...places, [vip]: lab.vip }, overrides })
      const { code, stdout, stderr } = await haops("plan", "--json")
      await lab.inventory(OVERRIDES)
      expect(code, stderr).toBe(2)
      const { plan } = JSON.parse(stdout) as { plan: PlanDocument }
      expect(plan.stages.map(({ stage }) => stage)).toEqual(STAGES)
      expect(plan.hosts.map(({ host, state }) => `${host} ${state}`)).toEqual(THREE.map((name) => `${name} reached`))
    },
  )

  test("plan shows every stage to the end and touches nothing", async ({ haops, members }) => {
    const state = await rememberState(members)
    const { code, stdout, stderr } = await haops("plan", "--json")
    expect(code, stderr).toBe(2)
    const { plan } = JSON.parse(stdout) as { plan: PlanDocument }
    expect(plan.stages.map(({ stage }) => stage)).toEqual(STAGES)
    const changing = plan.stages.filter(({ steps }) => steps.length > 0).map(({ stage }) => stage)
    expect(changing).toEqual(STAGES.filter((stage) => stage !== "preflight" && stage !== "leftovers"))
    // What the packages bring cannot be known before they are there.
    const expected = (stage: string) => {
      const steps = plan.stages.filter((one) => one.stage === stage).flatMap(({ steps }) => steps)
      return new Set(steps.flatMap(({ drift }) => drift.map((one) => one.expected === true)))
    }
    expect(expected("packages")).toEqual(new Set([false]))
    for (const stage of ["cluster", "resources", "verify"]) expect(expected(stage), stage).toEqual(new Set([true]))
    expect(plan.hosts.map(({ host, state }) => `${host} ${state}`)).toEqual(THREE.map((name) => `${name} reached`))
    expect(await state.changes()).toEqual({ controller1: [], controller2: [], controller3: [] })
  })

  test("up builds the cluster", async ({ must }) => {
    await must("up")
  })

  test("all members are online in one cluster whose node ids follow the inventory", async ({ members }) => {
    for (const node of members) expect.soft(await onlineNodes(node)).toEqual(THREE)
    const conf = new Set(Object.values(await everywhere(members, "cat /etc/corosync/corosync.conf")))
    expect.soft(conf.size).toBe(1)
    const ids = [...[...conf][0]!.matchAll(/node \{[^}]*?\}/gs)].map(([text]) =>
      [field(text, "name"), field(text, "nodeid"), field(text, "ring0_addr")].join(" "),
    )
    expect.soft(ids).toEqual(members.map(({ name, address }, index) => `${name} ${index + 1} ${address}`))
    const units = "systemctl is-enabled corosync pacemaker pcsd | tr '\\n' ' '"
    expect.soft(await everywhere(members, units)).toEqual(each("enabled enabled enabled"))
  })

  test("the VIP is on exactly one node and haproxy answers behind it, run by pacemaker alone", async ({
    lab,
    members,
  }) => {
    const [holder, ...others] = await holders(members, lab.vip)
    expect.soft(others).toEqual([])
    expect.soft(await runningOn(members[0]!, "vip")).toEqual([holder])
    expect.soft(await runningOn(members[0]!, "lb-haproxy")).toEqual(THREE)
    expect.soft(THREE).toContain(await answer(`http://${lab.vip}:8080/`))
    expect.soft(await everywhere(members, "systemctl is-enabled haproxy || true")).toEqual(each("disabled"))
    expect.soft(await everywhere(members, "stat -c '%a' /etc/haproxy/haproxy.cfg")).toEqual(each("640"))
    expect.soft(new Set(Object.values(await everywhere(members, "sha256sum </etc/haproxy/haproxy.cfg"))).size).toBe(1)
  })

  test("the cluster has its properties, and nothing is left of the first election's shortcut", async ({ members }) => {
    const [node] = members
    for (const [name, value] of Object.entries(OVERRIDES.pacemaker.properties)) {
      expect.soft(await property(node!, name), name).toBe(String(value))
    }
    expect.soft(await property(node!, "dc-deadtime")).toBe("")
    expect.soft(await node!.must("cibadmin --query")).not.toContain("haops-seed")
    expect
      .soft(await node!.must("cibadmin --query --scope rsc_defaults"))
      .toMatch(/name="migration-threshold" value="1"/)
    const owner = "stat -c '%U:%G %a' /var/lib/pacemaker/cib/cib.xml"
    expect.soft(await everywhere(members, owner)).toEqual(each("hacluster:haclient 600"))
    expect.soft(await everywhere(members, "stat -c '%U %a' /var/lib/haops/last-applied.json")).toEqual(each("root 600"))
    expect.soft((await node!.exec("crm_verify -L")).code).toBe(0)
  })

  test("every cluster option of this pacemaker is one that haops knows by name", async ({ members }) => {
    expect(await unknownOptions(members[0]!)).toEqual([])
  })

  test("names, kernel parameters and the password are in place on every node", async ({ lab, members }) => {
    const block = members.map(({ name, address }) => `${address} ${name}`).join("\n")
    expect
      .soft(await everywhere(members, "sed -n '/^# BEGIN haops/,/^# END haops/{/^#/!p}' /etc/hosts | tr '\\t' ' '"))
      .toEqual(each(block))
    expect.soft(await lab.node("controller1").must("grep mine /etc/hosts")).toBe("192.0.2.7 mine.example\n")
    const live = "sysctl -n net.ipv4.ip_nonlocal_bind vm.swappiness | tr '\\n' ' '"
    expect.soft(await everywhere(members, live)).toEqual(each("1 17"))
    const file = "grep -hv '^#' /etc/sysctl.d/99-haops.conf | sort | tr -d ' ' | tr '\\n' ' '"
    const settings = "net.ipv4.ip_nonlocal_bind=1 vm.swappiness=17"
    expect.soft(await everywhere(members, file)).toEqual(each(settings))
    await lab.node("controller2").write("/root/try", lab.password, 0o600)
    expect.soft(await lab.node("controller2").must(AUTHENTICATES)).toBe("$6 yes")
  })

  test("a second up changes nothing, over one connection and with one command a host", async ({ must, members }) => {
    const first = await readSshUse(members)
    for (const { commands } of Object.values(first)) expect(commands).toBeGreaterThan(2)
    const { stdout } = await must("up")
    expect(stdout).toContain("Nothing to do")
    const used = sshUseBetween(first, await readSshUse(members))
    expect(used).toEqual(each({ connections: 1, commands: 1 }))
  })

  test("plan has nothing to show afterwards", async ({ must, members }) => {
    const state = await rememberState(members)
    await must("plan", "--json")
    expect(ownChanges(await state.changes())).toEqual([])
  })

  test("what was changed by hand is planned exactly and put back; no process shows the password meanwhile", async ({
    lab,
    must,
    members,
  }) => {
    const damages = DAMAGES.filter(({ name }) => DIALECT.includes(name))
    for (const { on, by } of damages) await lab.node(on).must(by)
    await everywhere(members, "rm /var/lib/pcsd/known-hosts")
    const watcher = await watchSecrets(members, [lab.password])
    expectDrift(await planned(lab), [...NO_TOKENS, ...damages.flatMap(({ drift }) => drift)])
    await must("up", "--yes")
    expect((await watcher.stop()).sightings).toEqual([])
    for (const { on, proof } of damages) expect((await lab.node(on).must(proof[0])).trim()).toBe(proof[1])
    expect(
      Object.values(await everywhere(members, TOKENS))
        .sort()
        .at(-1),
    ).toBe("3")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })

  test("a node stands by and comes back, and requests under way meanwhile are answered", async ({
    lab,
    must,
    members,
  }) => {
    const [holder = ""] = await holders(members, lab.vip)
    const { attempts } = await during(
      `http://${lab.vip}:8080/slow`,
      async () => {
        for (const verb of ["standby", "unstandby"]) {
          await must(verb, holder)
        }
      },
      { timeoutMs: 10_000 },
    )
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    expect(await holders(members, lab.vip)).not.toEqual([holder])
    expect(await runningOn(members[0]!, "lb-haproxy")).toEqual(THREE)
  })

  test("the VIP leaves before haproxy is stopped, though its failure was not counted yet", async ({ lab, members }) => {
    const [holder = ""] = await holders(members, lab.vip)
    const simulated = await members[0]!.must(`cd /root; cibadmin --query >before.xml
crm_simulate --xml-file before.xml --op-inject lb-haproxy_monitor_1000@${holder}=7 --save-output failed.xml >/dev/null
sed -i '/fail-count-lb-haproxy/d' failed.xml
crm_simulate --xml-file failed.xml --simulate; rm before.xml failed.xml`)
    const stops = [...simulated.matchAll(/Resource action: (\S+) +stop on (\S+)/g)].map(([, ...names]) => names)
    expect(stops).toEqual([
      ["vip", holder],
      ["lb-haproxy", holder],
    ])
  })

  test("what the cluster believes to run, and does not run, is looked at again there and starts", async ({ lab }) => {
    await believedToRun(lab)
  })

  test("a drill comes to its end, by the packet filter that this release has", async ({ must }) => {
    const words = ["drill", "partition", "--hold", "3s", "--yes", "--json"]
    const { stdout } = await must(...words)
    expect(JSON.parse(stdout).details.restored).toBe("lifted")
  })

  describe("day two", () => {
    test.beforeAll(async ({ lab, prober }) => {
      await lab.inventory(OVERRIDES, "prod.yaml")
      await prober.sent(1)
    })

    test.for(dayTwo)("haops $line", async ({ line, shown }, { lab }) => {
      const words = line.replace("10.0.0.15", lab.node("controller4").address).split(/\s+/)
      const { code, stdout, stderr } = await lab.haops(words)
      expect(code, stderr).toBe(0)
      const printed = `${stdout}${stderr}`
      for (const one of shown) {
        const alike = printed.split("\n").filter((line) => isAsShown(one, line))
        expect.soft(alike, `${one}\n${printed}`).not.toEqual([])
      }
    })

    test("and nobody who asked the VIP all the while was left without an answer", async ({ prober }) => {
      const { attempts } = await prober.stop()
      expect(attempts.length).toBeGreaterThan(100)
      expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    })
  })
})

interface PlanDocument {
  hosts: readonly { host: string; state: string }[]
  stages: readonly { stage: string; steps: readonly { drift: readonly { expected?: boolean }[] }[] }[]
}

/** The others are brought up: placement, loadbalancer-pair and openstack-loadbalancers. */
const EXAMPLES = [
  { file: "minimal.yaml", addresses: ["10.0.0.12", "10.0.0.13", "10.0.0.14"], vip: "10.0.0.11" },
  { file: "lab.yaml", addresses: ["172.30.99.11", "172.30.99.12", "172.30.99.13"], vip: "172.30.99.100" },
]

const OVERRIDES = {
  controllers: { controller4: null },
  pacemaker: {
    properties: {
      "stonith-enabled": false,
      "no-quorum-policy": "stop",
      "cluster-recheck-interval": "5min",
      "pe-warn-series-max": 1000,
      "pe-input-series-max": 1001,
      "pe-error-series-max": 1002,
    },
  },
  haproxy: { stats: { password: { file: "hacluster" } } },
  sysctl: { "vm.swappiness": 17 },
}

/** Of what drift.test.ts breaks on one release, what every pcs and every pacemaker puts back in words of its own. */
const DIALECT = ["a property", "a deleted constraint", "another password for hacluster"]

const TOKENS = "grep -c '\"token\"' /var/lib/pcsd/known-hosts || true"
/** One node that has them is enough. */
const NO_TOKENS = THREE.map((name) => new RegExp(`^token for ${name}: absent -> for `))

/** Perl's crypt, asked on the node: the hash's kind, and whether the password in /root/try is the one. */
const AUTHENTICATES = `perl -e 'my $hash = (getpwnam "hacluster")[1];
open my $file, "<", "/root/try"; my $password = <$file>;
print substr($hash, 0, 2), " ", crypt($password, $hash) eq $hash ? "yes" : "no"'; rm /root/try`

/** haproxy answers 503 until a backend has passed its checks, which a busy machine may delay. */
async function answer(url: string): Promise<string> {
  await until(async () => (await ask(url)).ok, { what: `an answer of ${url}`, timeoutMs: 30_000 })
  return (await ask(url)).answer
}

function field(text: string, name: string): string | undefined {
  return new RegExp(`${name}: (\\S+)`).exec(text)?.[1]
}
