import { expect } from "vitest"
import type { Haops } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import { holders } from "./harness/observe.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// status, verify, lb and journal on one cluster: they look at the same things, and the faults are the same.

/** Of a cluster that `up` has just built by its first run on the lab. */
export function statusTests(test: LabTest): void {
  test.beforeAll(async ({ lab }) => {
    await serversUp(lab, 3)
    await logSshUse(lab.nodes)
  })

  test("status shows it on one screen, by one connection and one command a host", async ({ lab, haops }) => {
    const before = await readSshUse(lab.nodes)
    const { code, stdout, stderr } = await haops("status")
    expect(code, stderr).toBe(0)
    expect(sshUseBetween(before, await readSshUse(lab.nodes))).toEqual(each({ connections: 1, commands: 1 }))
    expect(stdout).toContain("quorate 3 of 3, survives 1 failure")
    expect(stdout).toContain("any one of 3 nodes may be lost, no two at once")
    expect(stdout).toContain("fencing OFF")
    for (const name of THREE) expect(stdout).toMatch(new RegExp(`^  ${name}  online`, "m"))
    expect(stdout).toMatch(/^ {2}web +3\/3$/m)
    expect(stdout).toContain("In sync with inventory.yaml (checked now).")
    expect(stdout.split("\n").length).toBeLessThanOrEqual(24)
  })

  test("status --json says the same", async ({ lab, haops }) => {
    const { details } = await ask(haops, ["status"])
    expect(details.pacemaker).toMatchObject({
      state: "online",
      fencing: { state: "off" },
      quorum: { votes: 3, survives: 1 },
    })
    expect(details.vips).toEqual([
      expect.objectContaining({ address: lab.vip, holders: await holders(lab.nodes, lab.vip), answers: true }),
    ])
    expect(details.drift).toMatchObject({ steps: [], unknown: [], troubles: [] })
  })

  test("status --watch looks again over the same connections, sees a change, and Ctrl-C ends it", async ({ lab }) => {
    const before = await readSshUse(lab.nodes)
    let seen = ""
    const { child, done } = lab.spawnHaops(["status", "--watch", "1"])
    child.stdout?.on("data", (chunk: string) => {
      seen += chunk
    })
    await until(async () => seen.includes("In sync"), { what: "a first picture" })
    await lab.node("controller3").must("sysctl -qw net.ipv4.ip_nonlocal_bind=0")
    await until(async () => /Not as inventory\.yaml says.*sysctl on controller3/.test(seen), { what: "the drift" })
    await lab.node("controller3").must("sysctl -qw net.ipv4.ip_nonlocal_bind=1")
    child.kill("SIGINT")
    const { code, signal } = await done
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    const used = sshUseBetween(before, await readSshUse(lab.nodes))
    for (const { connections, commands } of Object.values(used)) {
      expect(connections).toBe(1)
      expect(commands).toBeGreaterThan(1)
    }
  })

  test("what-if foretells all single and double failures by two commands on one node, and changes nothing", async ({
    lab,
    haops,
  }) => {
    const before = await readSshUse(lab.nodes)
    const cib = "cibadmin -Q --scope configuration | sha256sum"
    const was = await lab.node("controller1").must(cib)
    const { code, stdout, stderr } = await haops("what-if")
    expect(code, stderr).toBe(0)
    const used = Object.values(sshUseBetween(before, await readSshUse(lab.nodes)))
    expect(used.map(({ commands }) => commands).sort()).toEqual([1, 1, 2])
    const rows = stdout.split("\n").filter((line) => /^ {2}(nothing|(?!what ).* (down|fails)) /.test(line))
    expect(rows).toHaveLength(9)
    for (const name of THREE)
      expect(stdout).toMatch(new RegExp(`^  ${name} down +2 of 3 +controller\\d +all answer$`, "m"))
    expect(stdout).toMatch(/^ {2}controller1 and controller2 down +1 of 3 NO QUORUM +nowhere +none answers$/m)
    expect(await lab.node("controller1").must(cib)).toBe(was)
    const { stdout: table } = await haops("what-if", "--cut", "controller1", "--json")
    const parts = JSON.parse(table).details.failures[1].parts as { votes: { quorate: boolean } }[]
    expect(parts.map(({ votes }) => votes.quorate)).toEqual([false, true])
  })

  test("verify passes on it, with evidence for each check", async ({ haops }) => {
    const { exit, details } = await ask(haops, ["verify"])
    const failed = details.checks.filter(({ outcome }) => outcome === "fail")
    expect({ exit, failed }).toEqual({ exit: 0, failed: [] })
    expect(details.checks.find(({ id }) => id === "fencing")?.outcome).toBe("warn")
    for (const { id, evidence } of details.checks) expect(evidence.join(""), id).not.toBe("")
  })

  test.for([
    {
      fault: "a lost kernel parameter",
      check: "sysctl",
      node: "controller2",
      by: "sysctl -qw net.ipv4.ip_nonlocal_bind=0",
      back: "sysctl -qw net.ipv4.ip_nonlocal_bind=1",
    },
    {
      fault: "the VIP on a second host",
      check: "vip:vip",
      node: "other",
      by: "ip addr add VIP/24 dev eth0",
      back: "ip addr del VIP/24 dev eth0",
    },
    {
      fault: "a second haproxy, started by hand, that shares the VIP's port",
      check: "inventory",
      node: "controller2",
      by: `printf 'listen second\\n bind VIP:8080\\n timeout client 1s\\n timeout connect 1s\\n timeout server 1s\\n' >/root/second.cfg
haproxy -D -f /root/second.cfg -p /root/second.pid`,
      back: "kill $(cat /root/second.pid)",
    },
    {
      fault: "haproxy with another configuration in memory, though the file is right and old",
      check: "haproxy-config",
      node: "controller2",
      by: `cp -p /etc/haproxy/haproxy.cfg /root/right; sed -i '/server controller3/s/:8000/:8001/' /etc/haproxy/haproxy.cfg
worker() { pgrep -n -P "$(systemctl show --property=MainPID --value haproxy)"; }
before=$(worker); systemctl reload haproxy
tries=0; until [ "$(worker)" != "$before" ]; do tries=$((tries + 1)); [ "$tries" -lt 200 ] || exit 1; sleep 0.1; done
cp -p /root/right /etc/haproxy/haproxy.cfg`,
      back: "systemctl reload haproxy",
    },
  ])("verify finds $fault", async ({ check, node, by, back }, { lab, haops }) => {
    const [holder] = await holders(lab.nodes, lab.vip)
    const place = lab.node(node === "other" ? THREE.find((name) => name !== holder)! : node)
    await place.must(by.replace("VIP", lab.vip))
    const result = await ask(haops, ["verify"]).finally(() => place.must(back.replace("VIP", lab.vip)))
    expect(result.exit).toBe(1)
    expect(result.details.checks.find(({ id }) => id === check)?.outcome).toBe("fail")
    await until(async () => (await ask(haops, ["verify"])).exit === 0, { what: "verify to pass again", everyMs: 1000 })
  })

  test("lb drain takes a server out of every haproxy, ready brings it back, and the nodes remember who did it", async ({
    lab,
    haops,
  }) => {
    const drained = await haops("lb", "drain", "web/controller2")
    expect(drained.code, drained.stderr).toBe(0)
    for (const node of lab.nodes) {
      expect(await serverStatus(lab, node.name, "controller2")).toBe("DRAIN")
      expect(await node.must("journalctl -t haops -o cat")).toContain("lb drain web/controller2")
    }
    const shown = await haops("lb", "show", "web")
    expect(shown.stdout).toMatch(/^ {2}controller2 +drain +drain +drain/m)
    expect((await haops("lb", "ready", "web/controller2")).code).toBe(0)
    for (const { name } of lab.nodes)
      await until(async () => (await serverStatus(lab, name, "controller2")) === "UP", { what: "UP" })
    const again = await haops("lb", "ready", "web/controller2")
    expect(again.stdout).toContain("web/controller2 is already in state ready on 3 haproxies")
    const newest = (await haops("journal")).stdout.split("\n")[1]
    expect(newest).toMatch(/^\S+ +lb ready web\/controller2 +lab +\S+ +0 /)
  })

  test("lb does not take the last server unless it is forced to, and guesses at no name", async ({ lab, haops }) => {
    await haops("lb", "maint", "web/controller1")
    await haops("lb", "maint", "web/controller2")
    const last = await haops("lb", "maint", "web/controller3")
    expect(last.code).toBe(1)
    expect(last.stderr).toContain("controller3 is the last server of web")
    expect(await serverStatus(lab, "controller1", "controller3")).toBe("UP")
    // Who insists has it, on every haproxy.
    const forced = await haops("lb", "drain", "web/controller3", "--force")
    expect(forced.code, forced.stderr).toBe(0)
    for (const { name } of lab.nodes) expect(await serverStatus(lab, name, "controller3")).toBe("DRAIN")
    expect((await haops("lb", "ready", "web/controller3")).code).toBe(0)
    expect((await haops("lb", "ready", "web/controller2")).code).toBe(0)
    await serversUp(lab, 2)
    // Two at the same time, each of whom sees another one left as it begins.
    const both = await Promise.all(["controller2", "controller3"].map((name) => haops("lb", "drain", `web/${name}`)))
    const codes = both.map(({ code }) => code)
    expect(codes.filter((code) => code === 0).length, both.map(({ stderr }) => stderr).join("\n")).toBeLessThan(2)
    const statuses = ["controller2", "controller3"].map((name) => serverStatus(lab, "controller1", name))
    expect(await Promise.all(statuses)).toContain("UP")
    const runs = await haops("journal", "--json")
    const ends = (JSON.parse(runs.stdout) as { runs: { start: { verb: string }; end?: object }[] }).runs
    expect(ends.filter(({ start, end }) => start.verb.startsWith("lb ") && end === undefined)).toEqual([])
    for (const { name } of lab.nodes) await haops("lb", "ready", `web/${name}`)
    const unknown = await haops("lb", "drain", "web/controler1")
    expect(unknown.code).toBe(65)
    expect(unknown.stderr).toContain('Did you mean "controller1"?')
    await serversUp(lab, 3)
  })

  test("journal lists the runs and shows one; a node's own log names it", async ({ lab, haops }) => {
    const { code, stdout } = await haops("journal")
    expect(code).toBe(0)
    const id = /^(\S+) +up +lab /m.exec(stdout)?.[1]
    expect(id).toBeDefined()
    const run = await haops("journal", "show", id!)
    expect(run.stdout).toContain("cluster configuration: changed")
    expect(run.stdout).not.toContain(lab.password)
    for (const node of lab.nodes) {
      expect(await node.must("journalctl -t haops -o cat")).toMatch(new RegExp(`haops up by .*: done \\(run ${id}\\)`))
    }
  })

  /** By haproxy's own statistics, asked on the node. */
  async function serverStatus(lab: Lab, node: string, server: string): Promise<string | undefined> {
    const stat = await lab.node(node).must(`perl -MSocket -e '
      socket(my $s, PF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un("/var/lib/haproxy/stats")) or die;
      syswrite($s, "show stat\\n"); print while <$s>'`)
    return stat
      .split("\n")
      .find((line) => line.startsWith(`web,${server},`))
      ?.split(",")[17]
  }

  async function serversUp(lab: Lab, count: number): Promise<void> {
    for (const { name } of lab.nodes) {
      await until(
        async () =>
          (await Promise.all(THREE.map((server) => serverStatus(lab, name, server)))).filter(
            (status) => status === "UP",
          ).length === count,
        {
          what: `${count} servers up on ${name}`,
        },
      )
    }
  }
}

/** Where controller3 is dead and the others have seen it. */
export function deadMemberTests(test: LabTest): void {
  test("status goes on and says so, and verify passes nothing that it would have told", async ({ haops }) => {
    const { exit, details } = await ask(haops, ["status", "--timeout", "3"])
    expect(exit).toBe(3)
    expect(details.nodes[2]?.state).toBe("offline")
    expect(details.pacemaker?.quorum).toMatchObject({ votes: 2, survives: 0 })
    const checked = await ask(haops, ["verify", "--timeout", "3"])
    expect(checked.exit).toBe(1)
    const failed = checked.details.checks.filter(({ outcome }) => outcome === "fail").map(({ id }) => id)
    expect(failed).toEqual(
      expect.arrayContaining(["hosts", "membership", "cib", "vip:vip", "haproxy", "sysctl", "clocks"]),
    )
  })
}

interface Document {
  exit: number
  details: {
    pacemaker?: { quorum?: object }
    nodes: { state: string }[]
    vips: object[]
    drift: object
    checks: { id: string; outcome: string; evidence: string[] }[]
  }
}

async function ask(haops: Haops, args: readonly string[]): Promise<Document> {
  const { stdout, stderr } = await haops(...args, "--json")
  expect(stdout, stderr).not.toBe("")
  return JSON.parse(stdout) as Document
}
