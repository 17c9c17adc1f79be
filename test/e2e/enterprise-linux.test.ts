import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ended } from "./harness/ended.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { everywhere, holders, onlineNodes, runningOn } from "./harness/observe.ts"
import { expectDrift, planned } from "./harness/planned.ts"
import { ask, startProber } from "./harness/prober.ts"
import { restarted } from "./harness/restarted.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { publishRpm } from "./newer-rpm.ts"

// The main job by dnf, on nodes that show themselves as Rocky Linux 9: EL's names of packages, users, units and files, the repository of
// the stack disabled and firewalld closed but for ssh, as the vendor ships it. What is in the packages is Debian's; README says what that
// leaves open.

const DISABLED = "dnf -q repolist disabled | awk 'NR > 1 { print $1 }'"

describe("three controllers", () => {
  let lab: Lab
  let inventory: string
  const members = () => THREE.map((name) => lab.node(name))

  beforeAll(async () => {
    lab = await startLab({ enterpriseLinux: true, nodes: 4 })
    await logSshUse(members())
    await everywhere(lab.nodes, "systemctl enable --now --quiet firewalld")
    inventory = await lab.inventory({ controllers: { controller4: null } })
  })
  afterAll(async () => await lab?.[Symbol.asyncDispose]())

  test("the nodes are what they claim to be", async () => {
    expect(await everywhere(lab.nodes, "command -v apt-get apt dpkg || echo none")).toEqual({
      ...each("none"),
      controller4: "none",
    })
    expect(await everywhere(members(), "systemctl is-system-running --wait")).toEqual(each("running"))
    expect(await everywhere(members(), DISABLED)).toEqual(each("highavailability"))
  })

  test("the plan shows the repository that will be enabled and what firewalld keeps out, and changes nothing", async () => {
    const { code, actions, refusals, warnings } = await planned(lab, inventory)
    expect({ code, refusals }).toEqual({ code: 2, refusals: [] })
    const closed = "pcsd (2224/tcp), corosync (5405/udp), web (8080/tcp) and a server of web (8000/tcp)"
    expect(warnings).toEqual(THREE.map((name) => `${name}: firewalld's zone public lets in no ${closed}`))
    expect(actions).toContainEqual(
      expect.stringMatching(/^dnf --enablerepo=highavailability install .*pacemaker.* pcs/),
    )
    expect(await everywhere(members(), DISABLED)).toEqual(each("highavailability"))
  })

  test("bare nodes become a cluster, from a repository that is enabled for this alone, past a proxy that knows no node", async () => {
    inventory = await lab.inventory({ controllers: { controller4: null }, firewall: "managed" })
    // Nobody listens there. What goes through it fails at once.
    await everywhere(lab.nodes, "echo https_proxy=http://127.0.0.1:9 >>/etc/environment")
    expect(await everywhere(members(), 'echo "$https_proxy"')).toEqual(each("http://127.0.0.1:9"))
    await ended(lab.haops(["up", "--yes", "-i", inventory]))
    for (const node of members()) expect(await onlineNodes(node)).toEqual(THREE)
    expect(await holders(members(), lab.vip)).toHaveLength(1)
    expect(await runningOn(lab.node("controller1"), "lb-haproxy")).toEqual(THREE)
    expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
    expect(await everywhere(members(), "rpm -q --qf '%{NAME} ' pacemaker pcs corosync haproxy")).toEqual(
      each("pacemaker pcs corosync haproxy"),
    )
    expect(await everywhere(members(), "id -u hacluster; id -u haproxy")).toEqual(each("189\n188"))
    expect(await everywhere(members(), DISABLED)).toEqual(each("highavailability"))
  })

  test("a second up has nothing to do, by one connection and one command a host", async () => {
    const before = await readSshUse(members())
    const { stdout } = await ended(lab.haops(["up", "-i", inventory]))
    expect(stdout).toContain("Nothing to do: 3 hosts")
    expect(sshUseBetween(before, await readSshUse(members()))).toEqual(each({ connections: 1, commands: 1 }))
  })

  test("firewalld lets in what is needed by whom it is needed, by a policy of its own and nothing else", async () => {
    expect(
      await everywhere(members(), "firewall-cmd --get-policies; firewall-cmd --zone=public --list-services"),
    ).toEqual(each("allow-host-ipv6 haops\ndhcpv6-client ssh"))
    const [node] = members()
    expect(await everywhere(members(), `curl -s http://${node!.address}:8000/`)).toEqual(each("controller1"))
    expect(await ask(`http://${node!.address}:8000/`)).toMatchObject({ ok: false })
    await everywhere(members(), "firewall-cmd --reload")
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [], warnings: [] })
  })

  test("verify finds nothing wrong", async () => {
    const { stdout } = await ended(lab.haops(["verify", "-i", inventory]))
    expect(stdout).toMatch(/checks passed, none failed, 1 warning/)
    expect(stdout).toContain("fencing is OFF")
    expect(stdout).toContain("the hosts reach each other's ports")
  })

  test("a port that is closed to one member is named by verify, from where and of whom", async () => {
    const [one, two] = members()
    const rule = `rule family="ipv4" source address="${one!.address}" port port="2224" protocol="tcp" accept`
    await two!.must(`firewall-cmd --policy=haops --remove-rich-rule='${rule}'`)
    const { code, stdout } = await lab.haops(["verify", "-i", inventory])
    await two!.must(`firewall-cmd --policy=haops --add-rich-rule='${rule}'`)
    expect(code, stdout).toBe(1)
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("controller1 does not reach pcsd (2224/tcp) of controller2")
  })

  test("what is installed is shown, and what dnf offers in its place", async () => {
    const refresh = "dnf -q --setopt=metadata_expire=0 makecache"
    await everywhere(members(), publishRpm({ repository: "appstream", release: "1.el9", newer: "2.el9", refresh }))
    const { stdout } = await ended(lab.haops(["status", "--versions", "-i", inventory]))
    expect(stdout).toMatch(/pacemaker +2\.1\.5-1\.el9 +- +controller1, controller2 and controller3\n/)
    expect(stdout).toMatch(/haproxy +2\.6\.12-1\.el9 +2\.6\.12-2\.el9 +controller1, controller2 and controller3\n/)
  })

  test("a removed package, an edited file, a closed port and a deleted constraint are planned exactly and put back", async () => {
    await lab.node("controller2").must("rpm -e fence-agents-all")
    await lab.node("controller3").must("sed -i 's/maxconn/# &/' /etc/haproxy/haproxy.cfg")
    const rule = 'rule port port="8080" protocol="tcp" accept'
    await lab.node("controller2").must(`firewall-cmd --policy=haops --remove-rich-rule='${rule}'`)
    await lab.node("controller1").must("pcs constraint delete colocation-vip-lb-haproxy-clone-INFINITY")
    expectDrift(await planned(lab, inventory), [
      "firewalld's policy haops: other rules -> these rules",
      "fence-agents-all: absent -> installed",
      /haproxy\.cfg/,
      /colocation/,
    ])
    await ended(lab.haops(["up", "--yes", "-i", inventory]))
    expect(await lab.node("controller2").must("rpm -q --qf '%{NAME}' fence-agents-all")).toBe("fence-agents-all")
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  })

  test("a newer package comes by dnf, node by node, the VIP's node last, and no request is lost", async () => {
    const [holder] = await holders(members(), lab.vip)
    const pids = await everywhere(members(), "systemctl show -p MainPID --value haproxy")
    // The VIP is nowhere for a moment: a client whose SYN is sent again has not failed.
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
    const upgrade = ["upgrade", "--only", "haproxy", "--yes", "--json", "-i", inventory]
    const { stderr } = await ended(lab.haops(upgrade))
    const { attempts } = await prober.stop()
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    expect(restarted(stderr)).toEqual([...THREE.filter((name) => name !== holder), holder])
    expect(await everywhere(members(), "rpm -q --qf '%{RELEASE}' haproxy")).toEqual(each("2.el9"))
    const now = await everywhere(members(), "systemctl show -p MainPID --value haproxy")
    for (const name of THREE) expect(["0", pids[name]]).not.toContain(now[name])
    expect(await onlineNodes(members()[0]!)).toEqual(THREE)
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  })

  test("the version that is told is gone back to", async () => {
    const version = "rpm -q --qf '%{VERSION}-%{RELEASE}' haproxy"
    const older = (await members()[0]!.must(version)).replace("2.el9", "1.el9")
    await ended(lab.haops(["upgrade", "--only", "haproxy", "--to", older, "--yes", "-i", inventory]))
    expect(await everywhere(members(), version)).toEqual(each(older))
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  })

  test("a bare node joins and one leaves, and no request to the VIP fails", async () => {
    const prober = startProber(`http://${lab.vip}:8080/`)
    await ended(lab.haops(["add-node", "controller4", "--address", lab.node("controller4").address, "-i", inventory]))
    expect(await onlineNodes(lab.node("controller1"))).toEqual([...THREE, "controller4"])
    await ended(lab.haops(["remove-node", "controller4", "-i", inventory]))
    expect(await onlineNodes(lab.node("controller1"))).toEqual(THREE)
    expect(await lab.node("controller1").must("firewall-cmd --policy=haops --list-rich-rules")).not.toContain(
      lab.node("controller4").address,
    )
    const { failed, attempts } = await prober.stop()
    expect(failed, `of ${attempts.length} requests`).toBe(0)
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  })
})

describe("a pair under keepalived behind firewalld", () => {
  let lab: Lab
  const inventory = async (peers: "unicast" | "multicast", more: object = {}) =>
    await lab.inventory({
      pacemaker: null,
      vips: { vip: { address: `${lab.vip}/24`, on: "loadbalancers", manager: "keepalived" } },
      keepalived: { password: { file: "hacluster" }, peers },
      ...more,
    })

  beforeAll(async () => {
    lab = await startLab({ enterpriseLinux: true, nodes: 1, loadbalancers: 2 })
    await everywhere(lab.nodes, "systemctl enable --now --quiet firewalld")
  })
  afterAll(async () => await lab?.[Symbol.asyncDispose]())

  test("is told before anything changes that neither would hear the other", async () => {
    const { code, warnings } = await planned(lab, await inventory("unicast"))
    expect(code).toBe(2)
    for (const name of ["lb1", "lb2"]) {
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}: firewalld's zone public lets in no .*keepalived \\(vrrp\\)`)),
      )
    }
  })

  test.each(["unicast", "multicast"] as const)(
    "has its VIP on one of the two by %s, and whoever asks is answered",
    async (way) => {
      const managed = await inventory(way, { firewall: "managed" })
      await ended(lab.haops(["up", "--yes", "-i", managed]))
      await until(async () => (await holders(lab.nodes, lab.vip)).join() === "lb1", { what: "the VIP on lb1 alone" })
      expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
      expect(await planned(lab, managed)).toMatchObject({ code: 0, drift: [] })
    },
  )
})
