import { describe, expect } from "vitest"
import { ended } from "./harness/ended.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes, runningOn } from "./harness/observe.ts"
import { expectDrift, planned } from "./harness/planned.ts"
import { ask, startProber } from "./harness/prober.ts"
import { restarted } from "./harness/restarted.ts"
import { ssh } from "./harness/ssh.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { publishRpm } from "./newer-rpm.ts"

// The main job by dnf, on nodes that show themselves as Rocky Linux 9: EL's names of packages, users, units and files, the repository of
// the stack disabled and firewalld closed but for ssh, as the vendor ships it. What is in the packages is Debian's; README says what that
// leaves open.

const DISABLED = "dnf -q repolist disabled | awk 'NR > 1 { print $1 }'"

const controllersTest = labTest({ enterpriseLinux: true, nodes: 4 }, async (lab) => {
  await logSshUse(THREE.map((name) => lab.node(name)))
  await everywhere(lab.nodes, "systemctl enable --now --quiet firewalld")
  await lab.inventory({ controllers: { controller4: null } })
}).extend("members", { scope: "file" }, async ({ lab }) => THREE.map((name) => lab.node(name)))

describe("three controllers", () => {
  const test = controllersTest
  // The pair needs the room.
  test.afterAll(async ({ started }) => await started[Symbol.asyncDispose]())

  test("the nodes are what they claim to be", async ({ lab, members }) => {
    expect(await everywhere(lab.nodes, "command -v apt-get apt dpkg || echo none")).toEqual({
      ...each("none"),
      controller4: "none",
    })
    expect(await everywhere(members, "systemctl is-system-running --wait")).toEqual(each("running"))
    expect(await everywhere(members, DISABLED)).toEqual(each("highavailability"))
  })

  test("the plan shows the repository that will be enabled and what firewalld keeps out, and changes nothing", async ({
    lab,
    members,
  }) => {
    const { code, actions, refusals, warnings } = await planned(lab)
    expect({ code, refusals }).toEqual({ code: 2, refusals: [] })
    const closed = "pcsd (2224/tcp), corosync (5405/udp), web (8080/tcp) and a server of web (8000/tcp)"
    expect(warnings).toEqual(THREE.map((name) => `${name}: firewalld's zone public lets in no ${closed}`))
    expect(actions).toContainEqual(
      expect.stringMatching(/^dnf --enablerepo=highavailability install .*pacemaker.* pcs/),
    )
    expect(await everywhere(members, DISABLED)).toEqual(each("highavailability"))
  })

  test("bare nodes become a cluster, from a repository that is enabled for this alone, past a proxy that knows no node", async ({
    lab,
    must,
    members,
  }) => {
    await lab.inventory({ controllers: { controller4: null }, firewall: "managed" })
    // Nobody listens there. What goes through it fails at once.
    await everywhere(lab.nodes, "echo https_proxy=http://127.0.0.1:9 >>/etc/environment")
    expect(await ssh(lab, `root@${lab.node("controller1").address}`, "echo $https_proxy")).toBe("http://127.0.0.1:9\n")
    await must("up", "--yes")
    for (const node of members) expect(await onlineNodes(node)).toEqual(THREE)
    expect(await holders(members, lab.vip)).toHaveLength(1)
    expect(await runningOn(lab.node("controller1"), "lb-haproxy")).toEqual(THREE)
    expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
    expect(await everywhere(members, "rpm -q --qf '%{NAME} ' pacemaker pcs corosync haproxy")).toEqual(
      each("pacemaker pcs corosync haproxy"),
    )
    expect(await everywhere(members, "id -u hacluster; id -u haproxy")).toEqual(each("189\n188"))
    expect(await everywhere(members, DISABLED)).toEqual(each("highavailability"))
  })

  test("a second up has nothing to do, by one connection and one command a host", async ({ must, members }) => {
    const before = await readSshUse(members)
    const { stdout } = await must("up")
    expect(stdout).toContain("Nothing to do: 3 hosts")
    expect(sshUseBetween(before, await readSshUse(members))).toEqual(each({ connections: 1, commands: 1 }))
  })

  test("firewalld lets in what is needed by whom it is needed, by a policy of its own and nothing else", async ({
    lab,
    members,
  }) => {
    expect(
      await everywhere(members, "firewall-cmd --get-policies; firewall-cmd --zone=public --list-services"),
    ).toEqual(each("allow-host-ipv6 haops\ndhcpv6-client ssh"))
    const [node] = members
    expect(await everywhere(members, `curl -s http://${node!.address}:8000/`)).toEqual(each("controller1"))
    expect(await ask(`http://${node!.address}:8000/`)).toMatchObject({ ok: false })
    await everywhere(members, "firewall-cmd --reload")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [], warnings: [] })
  })

  test("verify finds nothing wrong", async ({ must }) => {
    const { stdout } = await must("verify")
    expect(stdout).toMatch(/checks passed, none failed, 1 warning/)
    expect(stdout).toContain("fencing is OFF")
    expect(stdout).toContain("the hosts reach each other's ports")
  })

  test("a port that is closed to one member is named by verify, from where and of whom", async ({ haops, members }) => {
    const [one, two] = members
    const rule = `rule family="ipv4" source address="${one!.address}" port port="2224" protocol="tcp" accept`
    await two!.must(`firewall-cmd --policy=haops --remove-rich-rule='${rule}'`)
    const { code, stdout } = await haops("verify")
    await two!.must(`firewall-cmd --policy=haops --add-rich-rule='${rule}'`)
    expect(code, stdout).toBe(1)
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("controller1 does not reach pcsd (2224/tcp) of controller2")
  })

  test("what is installed is shown, and what dnf offers in its place", async ({ must, members }) => {
    const refresh = "dnf -q --setopt=metadata_expire=0 makecache"
    await everywhere(members, publishRpm({ repository: "appstream", release: "1.el9", newer: "2.el9", refresh }))
    const { stdout } = await must("status", "--versions")
    expect(stdout).toMatch(/pacemaker +2\.1\.5-1\.el9 +- +controller1, controller2 and controller3\n/)
    expect(stdout).toMatch(/haproxy +2\.6\.12-1\.el9 +2\.6\.12-2\.el9 +controller1, controller2 and controller3\n/)
  })

  test("a removed package, an edited file, a closed port and a deleted constraint are planned exactly and put back", async ({
    lab,
    must,
  }) => {
    await lab.node("controller2").must("rpm -e fence-agents-all")
    await lab.node("controller3").must("sed -i 's/maxconn/# &/' /etc/haproxy/haproxy.cfg")
    const rule = 'rule port port="8080" protocol="tcp" accept'
    await lab.node("controller2").must(`firewall-cmd --policy=haops --remove-rich-rule='${rule}'`)
    await lab.node("controller1").must("pcs constraint delete colocation-vip-lb-haproxy-clone-INFINITY")
    expectDrift(await planned(lab), [
      "firewalld's policy haops: other rules -> these rules",
      "fence-agents-all: absent -> installed",
      /haproxy\.cfg/,
      /colocation/,
    ])
    await must("up", "--yes")
    expect(await lab.node("controller2").must("rpm -q --qf '%{NAME}' fence-agents-all")).toBe("fence-agents-all")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })

  test("a newer package comes by dnf, node by node, the VIP's node last, and no request is lost", async ({
    lab,
    members,
  }) => {
    const [holder] = await holders(members, lab.vip)
    const pids = await everywhere(members, "systemctl show -p MainPID --value haproxy")
    // The VIP is nowhere for a moment: a client whose SYN is sent again has not failed.
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
    const upgrade = ["upgrade", "--only", "haproxy", "--yes", "--json"]
    const { stderr } = await ended(lab.haops(upgrade))
    const { attempts } = await prober.stop()
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    expect(restarted(stderr)).toEqual([...THREE.filter((name) => name !== holder), holder])
    expect(await everywhere(members, "rpm -q --qf '%{RELEASE}' haproxy")).toEqual(each("2.el9"))
    const now = await everywhere(members, "systemctl show -p MainPID --value haproxy")
    for (const name of THREE) expect(["0", pids[name]]).not.toContain(now[name])
    expect(await onlineNodes(members[0]!)).toEqual(THREE)
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })

  test("the version that is told is gone back to", async ({ lab, must, members }) => {
    const version = "rpm -q --qf '%{VERSION}-%{RELEASE}' haproxy"
    const older = (await members[0]!.must(version)).replace("2.el9", "1.el9")
    await must("upgrade", "--only", "haproxy", "--to", older, "--yes")
    expect(await everywhere(members, version)).toEqual(each(older))
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })

  test("a bare node joins and one leaves, and no request to the VIP fails", async ({ lab, must }) => {
    const prober = startProber(`http://${lab.vip}:8080/`)
    await must("add-node", "controller4", "--address", lab.node("controller4").address)
    expect(await onlineNodes(lab.node("controller1"))).toEqual([...THREE, "controller4"])
    await must("remove-node", "controller4")
    expect(await onlineNodes(lab.node("controller1"))).toEqual(THREE)
    expect(await lab.node("controller1").must("firewall-cmd --policy=haops --list-rich-rules")).not.toContain(
      lab.node("controller4").address,
    )
    const { failed, attempts } = await prober.stop()
    expect(failed, `of ${attempts.length} requests`).toBe(0)
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })
})

const pairTest = labTest({ enterpriseLinux: true, nodes: 1, loadbalancers: 2 }, async (lab) => {
  await everywhere(lab.nodes, "systemctl enable --now --quiet firewalld")
})

describe("a pair under keepalived behind firewalld", () => {
  const inventory = async (lab: Lab, peers: "unicast" | "multicast", more: object = {}) =>
    await lab.inventory({
      pacemaker: null,
      vips: { vip: { address: `${lab.vip}/24`, on: "loadbalancers", manager: "keepalived" } },
      keepalived: { password: { file: "hacluster" }, peers },
      ...more,
    })

  pairTest("is told before anything changes that neither would hear the other", async ({ lab }) => {
    await inventory(lab, "unicast")
    const { code, warnings } = await planned(lab)
    expect(code).toBe(2)
    for (const name of ["lb1", "lb2"]) {
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}: firewalld's zone public lets in no .*keepalived \\(vrrp\\)`)),
      )
    }
  })

  pairTest.for(["unicast", "multicast"] as const)(
    "has its VIP on one of the two by %s, and whoever asks is answered",
    async (way, { lab, must }) => {
      await inventory(lab, way, { firewall: "managed" })
      await must("up", "--yes")
      await until(async () => (await holders(lab.nodes, lab.vip)).join() === "lb1", { what: "the VIP on lb1 alone" })
      expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
      expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
    },
  )
})
