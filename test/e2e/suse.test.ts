import { expect } from "vitest"
import { killedAt } from "./harness/killed-at.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask, startProber } from "./harness/prober.ts"
import { restarted } from "./harness/restarted.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { publishRpm } from "./newer-rpm.ts"

// The main job by zypper and crmsh, on nodes that show themselves as openSUSE Leap 15. What is in the packages is Debian's; docker/README.md
// says what that leaves open.

const test = labTest({ suse: true, nodes: 4 }, async (lab) => {
  await logSshUse(THREE.map((name) => lab.node(name)))
  await lab.inventory({ controllers: { controller4: null } })
})
  /** Those that are members from the beginning to the end. */
  .extend("members", { scope: "file" }, async ({ lab }) => THREE.map((name) => lab.node(name)))

test("the nodes are what they claim to be", async ({ members }) => {
  expect(await everywhere(members, "command -v apt-get apt dpkg pcs || echo none")).toEqual(each("none"))
  expect(await everywhere(members, "systemctl is-system-running --wait")).toEqual(each("running"))
})

test("bare nodes become a cluster, by zypper and crmsh", async ({ lab, must, members }) => {
  const { actions, refusals } = await planned(lab)
  expect(refusals).toEqual([])
  expect(actions).toContainEqual(expect.stringMatching(/^zypper install .*pacemaker.* crmsh/))
  await must("up", "--yes")
  for (const node of members) expect(await onlineNodes(node)).toEqual(THREE)
  expect(await holders(members, lab.vip)).toHaveLength(1)
  expect(await runningOn(lab.node("controller1"), "lb-haproxy")).toEqual(THREE)
  expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
  expect(await everywhere(members, "rpm -q --qf '%{NAME} ' pacemaker crmsh corosync haproxy")).toEqual(
    each("pacemaker crmsh corosync haproxy"),
  )
  expect(await everywhere(members, "id -u hacluster")).toEqual(each("90"))
})

test("a second up has nothing to do, by one connection and one command a host", async ({ must, members }) => {
  const before = await readSshUse(members)
  const { stdout } = await must("up")
  expect(stdout).toContain("Nothing to do: 3 hosts")
  expect(sshUseBetween(before, await readSshUse(members))).toEqual(each({ connections: 1, commands: 1 }))
})

test("a removed package and an edited file are planned exactly and put back", async ({ lab, must }) => {
  await lab.node("controller2").must("rpm -e fence-agents")
  await lab.node("controller3").must("sed -i 's/maxconn/# &/' /etc/haproxy/haproxy.cfg")
  const { drift } = await planned(lab)
  expect(drift).toEqual([
    expect.stringContaining("fence-agents: absent -> installed"),
    expect.stringContaining("haproxy.cfg"),
  ])
  await must("up", "--yes")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})

test("verify finds nothing wrong, and what is installed is shown", async ({ must }) => {
  const { stdout } = await must("verify")
  expect(stdout).toContain("checks passed, none failed")
  const versions = await must("status", "--versions")
  expect(versions.stdout).toMatch(/pacemaker +2\.1\.5-150500\.1\.1 +- +controller1, controller2 and controller3/)
})

test("the newer version that is told comes by zypper, node by node, the VIP's node last, and no request is lost", async ({
  lab,
  must,
  members,
}) => {
  const release = { repository: "oss", release: "150500.1.1", newer: "150500.2.1" }
  await everywhere(members, publishRpm({ ...release, refresh: "zypper --non-interactive --quiet refresh" }))
  const { stdout } = await must("status", "--versions")
  expect(stdout).toMatch(/haproxy +(\S+-150500)\.1\.1 +\1\.2\.1 +controller1, controller2 and controller3\n/)
  const [holder] = await holders(members, lab.vip)
  const version = "rpm -q --qf '%{VERSION}-%{RELEASE}' haproxy"
  const newer = (await members[0]!.must(version)).replace("150500.1", "150500.2")
  // The VIP is nowhere for a moment: a client whose SYN is sent again has not failed.
  const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
  const { stderr } = await must("upgrade", "--only", "haproxy", "--to", newer, "--yes", "--json")
  const { attempts } = await prober.stop()
  expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
  expect(restarted(stderr)).toEqual([...THREE.filter((name) => name !== holder), holder])
  expect(await everywhere(members, version)).toEqual(each(newer))
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})

test("a bare node joins and leaves by files, killed on the way and run again, and no request to the VIP fails", async ({
  lab,
  must,
  members,
}) => {
  const prober = startProber(`http://${lab.vip}:8080/`)
  const newcomer = lab.node("controller4")
  const adding = ["add-node", "controller4", "--address", newcomer.address]
  await killedAt(lab, "reload corosync.conf", adding)
  await must("add-node", "controller4")
  for (const node of lab.nodes) expect(await onlineNodes(node)).toEqual([...THREE, "controller4"])
  expect(await runningOn(newcomer, "lb-haproxy")).toEqual([...THREE, "controller4"])
  const keys = await everywhere(lab.nodes, "sha256sum </etc/corosync/authkey")
  expect(new Set(Object.values(keys)).size).toBe(1)
  expect((await must("add-node", "controller4")).stdout).toContain("Nothing to do")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })

  await killedAt(lab, "reload corosync.conf", ["remove-node", "controller4"])
  await must("remove-node", "controller4")
  for (const node of members) expect(await onlineNodes(node)).toEqual(THREE)
  const { failed, attempts } = await prober.stop()
  expect(failed, `of ${attempts.length} requests`).toBe(0)
  const remains =
    "ls /etc/corosync/corosync.conf /etc/corosync/authkey /var/lib/pacemaker/cib/cib.xml 2>/dev/null | wc -l"
  expect((await newcomer.must(remains)).trim()).toBe("0")
  expect((await newcomer.exec("systemctl is-enabled corosync pacemaker")).stdout).toBe("disabled\ndisabled\n")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})
