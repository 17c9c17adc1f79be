import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { annotated } from "./harness/annotated.ts"
import { ended } from "./harness/ended.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, onlineNodes, property, runningOn } from "./harness/observe.ts"
import { ask, startProber } from "./harness/prober.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { ownChanges, rememberState } from "./harness/untouched.ts"
import { remoteTests } from "./remotes.ts"

// Members come, go, rest and fail, while a client keeps asking the VIP.

const FOUR = [...THREE, "controller4"]

const test = labTest({ prepared: true, nodes: 6, releases: { controller6: "trixie" } }, async (lab) => {
  await writeFile(join(lab.directory, "inventory.yaml"), annotated(lab))
  await ended(lab.haops(["up", "--yes"]))
})
  .extend("inventory", { scope: "file" }, async ({ lab }) => join(lab.directory, "inventory.yaml"))
  /** The inventory as the user wrote it, with three controllers. */
  .extend("written", { scope: "file" }, async ({ lab }) => annotated(lab))

describe("a healthy cluster", () => {
  test("while a member could take nobody in, since its pcsd is masked, a newcomer is left as it is", async ({
    lab,
    haops,
    must,
    inventory,
    written,
  }) => {
    const [, second, , newcomer] = lab.nodes
    await second!.must("systemctl disable --now pcsd; systemctl mask pcsd")
    const state = await rememberState([newcomer!])
    const refused = await haops("add-node", "controller4", "--address", address(lab, 4), "--yes")
    const up = await haops("up", "--yes")
    await second!.must("systemctl unmask pcsd; systemctl enable --now pcsd")
    for (const { code, stderr } of [refused, up]) {
      expect([1, 3]).toContain(code)
      expect(stderr.replaceAll(/\s+/g, " ")).toMatch(/controller2.*pcsd\.service is masked/)
    }
    expect(await state.changes()).toEqual({ controller4: [] })
    expect(await readFile(inventory, "utf8")).toBe(written)
    await must("up", "--yes")
  })

  test("a host that is only written into the inventory is not taken in by up, which touches nothing and says what does", async ({
    lab,
    haops,
    inventory,
    written,
  }) => {
    const state = await rememberState(lab.nodes.slice(0, 4))
    await writeFile(inventory, written.replace("# the cluster", `  controller4: ${address(lab, 4)}\n# the cluster`))
    const { code, stderr } = await haops("up", "--yes")
    await writeFile(inventory, written)
    expect(code).toBe(1)
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("haops add-node controller4")
    expect(ownChanges(await state.changes())).toEqual([])
  })

  test("grows from three to five and shrinks to three: no request fails, nothing restarts, no id changes", async ({
    lab,
    must,
    inventory,
    written,
  }) => {
    const before = await identity(lab, lab.nodes.slice(0, 3))
    const prober = startProber(`http://${lab.vip}:8080/`)
    await must("add-node", "controller4", "--address", lab.node("controller4").address)
    await expectMembers(lab, FOUR)
    await must("add-node", "controller5", "--address", lab.node("controller5").address)
    await expectMembers(lab, [...FOUR, "controller5"])
    expect(await readFile(inventory, "utf8")).toBe(
      written.replace(
        "# the cluster",
        `  controller4: ${address(lab, 4)}\n  controller5: ${address(lab, 5)}\n# the cluster`,
      ),
    )
    await must("remove-node", "controller5")
    await must("remove-node", "controller4")
    const { failed, attempts } = await prober.stop()
    expect(failed, `of ${attempts.length} requests`).toBe(0)
    await expectMembers(lab, THREE)
    expect(await identity(lab, lab.nodes.slice(0, 3))).toEqual(before)
    expect(await readFile(inventory, "utf8")).toBe(written)
  })

  test("what was removed is stopped, knows nothing of the cluster, and does not come back with a reboot", async ({
    lab,
  }) => {
    const node = lab.node("controller4")
    const remains =
      "ls /etc/corosync/corosync.conf /var/lib/pacemaker/cib/cib.xml /var/lib/haops/*.json 2>/dev/null | wc -l"
    expect((await node.must(remains)).trim()).toBe("0")
    expect(await node.must("cat /var/lib/pcsd/known-hosts")).not.toContain("token")
    expect(await lab.node("controller1").must("cat /var/lib/pcsd/known-hosts")).not.toContain("controller4")
    await node.kill()
    await node.start()
    expect((await node.exec("systemctl is-active corosync pacemaker haproxy")).stdout.trim().split("\n")).toEqual([
      "inactive",
      "inactive",
      "inactive",
    ])
    expect(await onlineNodes(lab.node("controller1"))).toEqual(THREE)
  })

  test("a node rests and returns without a failed request, and it is said where its resources went", async ({
    lab,
    must,
  }) => {
    // There are always requests under way. The VIP is nowhere for a moment: a client whose SYN is sent again has not failed.
    const prober = startProber(`http://${lab.vip}:8080/slow`, { timeoutMs: 10_000 })
    const [holder] = await holders(lab.nodes, lab.vip)
    const { stderr } = await must("standby", holder!)
    const [next] = await holders(lab.nodes, lab.vip)
    expect(stderr).toContain(`vip: ${holder} → ${next}`)
    expect(await runningOn(lab.node(next!), "lb-haproxy")).toEqual(THREE.filter((name) => name !== holder))
    expect((await must("standby", holder!)).stdout).toContain("Nothing to do")
    await must("unstandby", holder!)
    expect(await runningOn(lab.node(next!), "lb-haproxy")).toEqual(THREE)
    const { attempts } = await prober.stop()
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    expect(await lab.node(holder!).must("nft list tables")).not.toContain("haops")
  })

  test("maintenance takes the cluster's hands off all resources, and off puts them on again", async ({
    lab,
    haops,
    must,
    inventory,
    written,
  }) => {
    const [node] = lab.nodes
    const managed = async () => {
      const mon = await node!.must("crm_mon -1 --output-as=xml")
      return new Set([...mon.matchAll(/<resource id="[^"]*" .*? managed="(\w+)"/g)].map(([, value]) => value))
    }
    await must("maintenance", "on")
    expect(await property(node!, "maintenance-mode")).toBe("true")
    expect(await managed()).toEqual(new Set(["false"]))
    const [holder] = await holders(lab.nodes, lab.vip)
    for (const verb of [["standby"], ["remove-node", "--yes"]]) {
      const { code, stderr } = await haops(...verb, holder!)
      expect(code, stderr).toBe(1)
      expect(stderr.replace(/\s+/g, " ")).toMatch(
        new RegExp(`the cluster is in maintenance mode: .*vip.* would stay on ${holder}.*haops maintenance off`),
      )
    }
    expect(await runningOn(node!, "lb-haproxy")).toEqual(THREE)
    // A new VIP is written, and starts when maintenance ends.
    const second = lab.vip.replace(/\d+$/, "201")
    const two = written
      .replace("vips: { ", `vips: { vip2: ${second}/24, `)
      .replace("{ name: web,", "{ name: web, vip: vip,")
    await writeFile(inventory, two)
    const up = await must("up", "--yes")
    expect(up.stdout + up.stderr).toContain("vip2 starts when maintenance ends")
    expect(up.ms).toBeLessThan(30_000)
    expect((await must("up", "--yes")).stdout).toContain("Nothing to do")
    await must("maintenance", "off")
    expect(await holders(lab.nodes, second)).toHaveLength(1)
    await writeFile(inventory, written)
    await must("up", "--yes")
    expect(await holders(lab.nodes, second)).toEqual([])
    expect(await managed()).toEqual(new Set(["true"]))
    expect(await runningOn(node!, "lb-haproxy")).toEqual(THREE)
    expect(await holders(lab.nodes, lab.vip)).toEqual([holder])
  })
})

describe("with nodes that are no members", () => {
  remoteTests(test)
})

describe("what operators leave behind", () => {
  test("bans: the last node that may run the VIP is not drained, and where none may that is told at once", async ({
    lab,
    haops,
    must,
  }) => {
    const [node] = lab.nodes
    const [holder] = await holders(lab.nodes, lab.vip)
    const others = THREE.filter((name) => name !== holder)
    const ban = async (name: string) => await node!.must(`crm_resource --ban --resource vip --node ${name}`)
    for (const name of others) await ban(name)
    const left = `cli-ban-vip-on-${others[0]} keeps vip off ${others[0]}`
    const clear = `crm_resource --clear --resource vip --node ${others[0]}`
    const status = await haops("status")
    expect(status.stdout.replace(/\s+/g, " ")).toContain(`${left}, until: ${clear}`)
    const refused = await haops("standby", holder!)
    expect(refused.code, refused.stderr).toBe(1)
    expect(refused.stderr.replace(/\s+/g, " ")).toMatch(new RegExp(`no other node would run vip: ${left}.*${clear}`))
    expect(await holders(lab.nodes, lab.vip)).toEqual([holder])
    const agreed = await must("standby", holder!, "--yes")
    expect(agreed.stderr.replace(/\s+/g, " ")).toContain("vip runs on no node")
    expect(await holders(lab.nodes, lab.vip)).toEqual([])
    await must("unstandby", holder!)
    expect(await holders(lab.nodes, lab.vip)).toEqual([holder])

    await ban(holder!)
    await until(async () => (await holders(lab.nodes, lab.vip)).length === 0, { what: "the VIP to be nowhere" })
    const { code, stderr, ms } = await haops("up", "--yes")
    expect(code, stderr).toBe(1)
    expect(stderr.replace(/\s+/g, " ")).toMatch(new RegExp(`: stopped: .*${left}.*${clear}`))
    expect(ms).toBeLessThan(30_000)
    await node!.must("crm_resource --clear --resource vip")
    await must("up", "--yes")
    expect(await holders(lab.nodes, lab.vip)).toHaveLength(1)
  })

  test("a standby until the next restart goes as well", async ({ lab, must }) => {
    const [node] = lab.nodes
    await node!.must("crm_attribute --node controller3 --name standby --lifetime reboot --update on")
    const rests = /<node name="controller3"[^>]* standby="true"/
    await until(async () => rests.test(await node!.must("crm_mon -1 --output-as=xml")), { what: "the standby" })
    await must("unstandby", "controller3")
    expect(await runningOn(node!, "lb-haproxy")).toEqual(THREE)
  })
})

describe("what cannot be done is refused, and nothing is touched", () => {
  const refused = async (lab: Lab, message: string | RegExp, ...args: string[]) => {
    const before = await configuration(lab)
    const { code, stderr } = await lab.haops([...args, "--timeout", "5"])
    expect(code, stderr).toBe(1)
    expect(stderr.replace(/\s+/g, " ")).toMatch(message)
    expect(await configuration(lab)).toEqual(before)
    expect(await readFile(join(lab.directory, "inventory.yaml"), "utf8")).toBe(annotated(lab))
  }

  test("a newcomer that is down", async ({ lab }) => {
    await lab.node("controller4").kill()
    await refused(
      lab,
      "controller4 does not answer, so it cannot join",
      "add-node",
      "controller4",
      "--address",
      address(lab, 4),
    )
    await lab.node("controller4").start()
  })

  test("a newcomer in another cluster", async ({ lab }) => {
    const conf =
      "totem {\n version: 2\n cluster_name: other\n}\nnodelist {\n node {\n  name: x\n  ring0_addr: 192.0.2.1\n }\n}\n"
    await lab.node("controller4").write("/etc/corosync/corosync.conf", conf)
    await refused(
      lab,
      "controller4 belongs to another cluster, other",
      "add-node",
      "controller4",
      "--address",
      address(lab, 4),
    )
    await lab.node("controller4").must("rm /etc/corosync/corosync.conf")
  })

  test("a newcomer of another pacemaker, which is left as it is too", async ({ lab }) => {
    const stranger = lab.node("controller6")
    const state = await rememberState([stranger])
    const message = /controller6 has pacemaker 3\.\S+, the cluster 2\./
    await refused(lab, message, "add-node", "controller6", "--address", stranger.address)
    expect(await state.changes()).toEqual({ controller6: [] })
  })

  test("a newcomer whose clock is far off", async ({ lab }) => {
    const newcomer = lab.node("controller4")
    // Containers have their engine's clock; what is asked for the time on this one is two minutes ahead.
    await newcomer.write("/usr/local/sbin/date", `#!/bin/sh\nexec /bin/date -d '+2 minutes' "$@"\n`, 0o755)
    const state = await rememberState([newcomer])
    await refused(
      lab,
      /clock of controller4 is 1[12]\d\.\d s ahead/,
      "add-node",
      "controller4",
      "--address",
      address(lab, 4),
    )
    expect(await state.changes()).toEqual({ controller4: [] })
    await newcomer.must("rm /usr/local/sbin/date")
  })

  test("three to two, asked about with its numbers where there is nobody to ask", async ({ lab }) => {
    await refused(lab, "quorum is 1", "remove-node", "controller3")
  })
})

describe("a run that is killed", () => {
  test("in the middle of adding, and again, is completed by the next", async ({ lab, must }) => {
    const args = ["add-node", "controller4", "--address", address(lab, 4)]
    await killedAt(lab, "pcs cluster node add", args)
    await killedAt(lab, "systemctl start corosync.service", args).catch(() => undefined)
    await must("add-node", "controller4")
    await expectMembers(lab, FOUR)
    expect((await must("add-node", "controller4")).stdout).toContain("Nothing to do")
  })

  test("in the middle of removing is completed by the next", async ({ lab, must, inventory, written }) => {
    const args = ["remove-node", "controller4"]
    await killedAt(lab, "crm_attribute --node controller4", args)
    await killedAt(lab, "pcs cluster node remove", args)
    // As if nobody had stopped them there: a pacemaker that is killed stops nothing.
    const left = lab.node("controller4")
    await left.must(`ip addr add ${lab.vip}/32 dev lo; systemctl start haproxy`)
    await must("remove-node", "controller4")
    expect(await holders(lab.nodes, lab.vip)).toHaveLength(1)
    expect((await left.exec("systemctl is-active haproxy")).stdout.trim()).toBe("inactive")
    await expectMembers(lab, THREE)
    expect(await readFile(inventory, "utf8")).toBe(written)
  })
})

describe("a node that died", () => {
  test("goes with --force alone, does not rejoin when it comes back, and can be added again", async ({
    lab,
    haops,
    must,
  }) => {
    const dead = lab.node("controller4")
    await must("add-node", "controller4", "--address", address(lab, 4))
    // After that long a node that boots alone elects itself: 20 s where nothing is said.
    await dead.must("crm_attribute --type crm_config --name dc-deadtime --update 2s")
    await dead.kill()
    await until(async () => (await onlineNodes(lab.nodes[0]!)).length === 3, { what: "the death to be seen" })
    const { code, stderr } = await haops("remove-node", "controller4", "--timeout", "5")
    expect(code, stderr).toBe(1)
    const { stderr: said } = await must("remove-node", "controller4", "--force", "--timeout", "5")
    expect(said).toContain("systemctl disable --now pacemaker corosync")
    await expectMembers(lab, THREE)
    await dead.start()
    await until(async () => (await onlineNodes(dead)).includes("controller4"), { what: "a cluster of its own" })
    expect(await dead.must("corosync-quorumtool -s; true")).toMatch(/Quorate:\s+No/)
    await expectMembers(lab, THREE)
    await must("add-node", "controller4", "--address", address(lab, 4))
    await expectMembers(lab, FOUR)
  })
})

describe("a member that only left the inventory", () => {
  test("is not removed by up, which says what would; and that removes it", async ({
    lab,
    haops,
    must,
    inventory,
    written,
  }) => {
    await expectMembers(lab, FOUR)
    await writeFile(inventory, written)
    const said = "controller4 is a member of lab but not in the inventory; it is not removed"
    const plan = await haops("plan")
    expect(plan.stdout.replace(/\s+/g, " ")).toContain(said)
    expect(plan.stdout).toContain("haops remove-node controller4")
    expect((await must("up", "--yes")).stderr.replace(/\s+/g, " ")).toContain(said)
    expect(await onlineNodes(lab.node("controller1"))).toEqual(FOUR)
    const removed = await must("remove-node", "controller4")
    expect(removed.stderr.replace(/\s+/g, " ")).toContain("haops did not check whether it still has a VIP")
    await expectMembers(lab, THREE)
    const { stdout } = await lab.node("controller4").exec("systemctl is-enabled corosync pacemaker")
    expect(stdout).toBe("disabled\ndisabled\n")
  })
})

describe("a member that is not what it was", () => {
  const spare = async (lab: Lab) => {
    const held = await holders(lab.nodes.slice(0, 3), lab.vip)
    return lab.nodes.slice(1, 3).find(({ name }) => !held.includes(name))!
  }

  test("with another corosync key is named before it restarts, and brought back alone when it has", async ({
    lab,
    haops,
    must,
  }) => {
    const node = await spare(lab)
    const others = lab.nodes.slice(0, 3).filter((one) => one !== node)
    const before = await identity(lab, others)
    await node.must("head -c 256 /dev/urandom >/etc/corosync/authkey")
    const verified = await haops("verify")
    expect(verified.code, verified.stdout).toBe(1)
    expect(verified.stdout.replace(/\s+/g, " ")).toContain(`${node.name} has another corosync authkey than`)
    await node.must("systemctl stop pacemaker; systemctl restart corosync; systemctl start pacemaker")
    await until(async () => (await onlineNodes(others[0]!)).length === 2, { what: "the member to be missed" })
    await must("up", "--yes")
    await expectMembers(lab, THREE)
    expect(await identity(lab, others)).toEqual(before)
    expect(new Set(Object.values(await everywhere(lab.nodes.slice(0, 3), KEYS))).size).toBe(1)
    expect(await node.must("stat -c '%a %U' /etc/corosync/authkey")).toBe("400 root\n")
    expect((await must("up", "--yes")).stdout).toContain("Nothing to do")
  })

  test("that was installed anew is left alone by up, and add-node alone takes it in as who it was", async ({
    lab,
    haops,
    must,
  }) => {
    const [first] = lab.nodes
    await must("add-node", "controller4", "--address", address(lab, 4))
    await must("add-node", "controller5", "--address", address(lab, 5))
    // The lowest free id is then another one than its own.
    await must("remove-node", "controller4")
    const ids = await first!.must(NODE_IDS)
    expect(ids).toContain("5 controller5")
    await first!.must(`crm_attribute --node controller5 --name rack --update r5
crm_resource --ban --resource vip --node controller5`)
    await installAnew(lab, lab.node("controller5"))
    await until(async () => (await onlineNodes(first!)).length === 3, { what: "the member to be missed" })
    const before = await identity(lab, lab.nodes.slice(0, 3))

    const up = await haops("up", "--yes")
    expect(up.code, up.stderr).toBe(3)
    expect(up.stderr).toContain("haops add-node controller5")
    expect(up.stderr).not.toMatch(/Unable to authenticate|answers 401/)
    expect((await lab.node("controller5").exec("ls /etc/corosync/corosync.conf")).code).not.toBe(0)

    const { stderr } = await must("add-node", "controller5")
    const said = stderr.replace(/\s+/g, " ")
    expect(said).toContain("controller5 keeps an attribute from before: rack=r5")
    expect(said).toContain("cli-ban-vip-on-controller5: from before")
    await expectMembers(lab, [...THREE, "controller5"])
    expect(await first!.must(NODE_IDS)).toBe(ids)
    expect(await first!.must("crm_attribute --node controller5 --name rack --query --quiet")).toBe("r5\n")
    expect(await identity(lab, lab.nodes.slice(0, 3))).toEqual(before)
    expect((await must("add-node", "controller5")).stdout).toContain("Nothing to do")
    await first!.must("crm_resource --clear --resource vip")
  })

  test("that refuses the members' tokens is given new ones before anything is taken from it", async ({
    lab,
    must,
    inventory,
    written,
  }) => {
    const node = lab.node("controller5")
    await node.must(
      "systemctl stop pcsd; rm -f /var/lib/pcsd/pcs_users.conf /var/lib/pcsd/known-hosts; systemctl start pcsd",
    )
    const tried = "pcs status pcsd controller5; true"
    await until(async () => (await lab.nodes[0]!.must(tried)).includes("Unable to authenticate"), {
      what: "the refusal",
    })
    await must("remove-node", "controller5")
    await expectMembers(lab, THREE)
    expect(await readFile(inventory, "utf8")).toBe(written)
  })

  test("whose corosync does not start says why in its own words", async ({ lab, haops, must }) => {
    const node = await spare(lab)
    await node.must("systemctl stop pacemaker corosync; mv /var/log/corosync /var/log/corosync.away")
    const { code, stderr } = await haops("up", "--yes")
    expect(code, stderr).not.toBe(0)
    expect(stderr).toContain("Can't open logfile")
    await node.must("mv /var/log/corosync.away /var/log/corosync")
    await must("up", "--yes")
    await expectMembers(lab, THREE)
  })
})

/** What is refused, what an explicit word allows, and the way back to quorum. Last: the cluster does not get its members back. */
describe("members that are lost while others are to come and go", () => {
  test.beforeAll(async ({ lab, must }) => void (await must("add-node", "controller4", "--address", address(lab, 4))))

  test("a newcomer is refused while a member does not answer, and taken with --allow-unreachable", async ({
    lab,
    haops,
  }) => {
    const [first, , , fourth, fifth] = lab.nodes
    await fourth!.kill()
    await until(async () => (await onlineNodes(first!)).length === 3, { what: "the death to be seen" })
    const state = await rememberState([first!, fifth!])
    const args = ["add-node", "controller5", "--address", fifth!.address, "--timeout", "5", "--yes"]
    const refused = await haops(...args)
    expect(refused.code, refused.stderr).not.toBe(0)
    expect(refused.stderr).toContain("--allow-unreachable")
    expect(ownChanges(await state.changes())).toEqual([])
    const held = await holders(lab.nodes.slice(0, 3), lab.vip)
    const taken = await haops(...args, "--allow-unreachable")
    expect(await holders(lab.nodes.slice(0, 3), lab.vip)).toEqual(held)
    // A host that could not be reached: 3, whatever was done on the others.
    expect(taken.code, taken.stderr).toBe(3)
    expect(await onlineNodes(first!)).toEqual(["controller1", "controller2", "controller3", "controller5"])
    expect(await votes(lab)).toEqual({ expected: "5", total: "4", quorate: "Yes" })
  })

  test("where the newcomer's own vote would be missed until it has started, nothing helps", async ({ lab, haops }) => {
    const [first, , third, , fifth] = lab.nodes
    const removed = await haops("remove-node", "controller5", "--yes", "--force", "--timeout", "5")
    expect(removed.code, removed.stderr).toBe(3)
    await third!.kill()
    await until(async () => (await votes(lab)).quorate === "No", { what: "the second death to be seen" })
    const args = ["add-node", "controller5", "--address", fifth!.address, "--timeout", "5", "--yes"]
    const refused = await haops(...args, "--allow-unreachable")
    expect(refused.code, refused.stderr).toBe(1)
    expect(refused.stderr).toContain("no quorum")
    expect(await onlineNodes(first!)).toEqual(["controller1", "controller2"])
  })

  test("of four, two are lost: none of the others goes without --lose-quorum, and a dead one's going restores quorum", async ({
    lab,
    haops,
  }) => {
    const refused = await haops("remove-node", "controller2", "--yes", "--timeout", "5")
    expect(refused.code, refused.stderr).toBe(1)
    expect(refused.stderr.replaceAll(/\s+/g, " ")).toContain("or say --lose-quorum")
    const removed = await haops("remove-node", "controller4", "--force", "--yes", "--timeout", "5")
    expect(removed.code, removed.stderr).toBe(3)
    expect(await votes(lab)).toEqual({ expected: "3", total: "2", quorate: "Yes" })
    await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "the VIP" })
  })

  test("with --lose-quorum one goes without which there is no quorum for a while: what runs there stops, and comes back", async ({
    lab,
    haops,
  }) => {
    // controller3 is dead, and would not learn of it.
    const words = ["remove-node", "controller2", "--lose-quorum", "--yes", "--timeout", "5"]
    const refused = await haops(...words)
    expect(refused.code, refused.stderr).toBe(1)
    expect(refused.stderr.replaceAll(/\s+/g, " ")).toContain("controller3 would not learn that controller2 has left")
    expect(await votes(lab)).toEqual({ expected: "3", total: "2", quorate: "Yes" })
    const gone = await haops(...words, "--force")
    expect(gone.code, gone.stderr).toBe(3)
    expect(gone.stderr.replaceAll(/\s+/g, " ")).toContain("while controller2 leaves, the cluster has no quorum")
    expect(await votes(lab)).toEqual({ expected: "2", total: "1", quorate: "Yes" })
    const left = await lab.node("controller2").exec("systemctl is-active corosync pacemaker")
    expect(left.stdout).toBe("inactive\ninactive\n")
    await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "the VIP" })
    expect(await holders(lab.nodes.slice(0, 2), lab.vip)).toEqual(["controller1"])
  })
})

/** As if it had been installed anew, with the packages: nothing of the cluster is on its disk. */
async function installAnew(lab: Lab, node: LabNode): Promise<void> {
  await node.must(`systemctl kill -s KILL pacemaker corosync; systemctl stop pacemaker corosync pcsd haproxy
systemctl disable --quiet pacemaker corosync haproxy
rm -rf /etc/corosync/corosync.conf* /etc/corosync/authkey* /var/lib/pcsd/* /var/lib/pacemaker/cib/* /var/lib/corosync/* /var/lib/haops /etc/haproxy/haproxy.cfg
ip addr flush to ${lab.vip}; systemctl reset-failed; systemctl start pcsd`)
}

const NODE_IDS = "crm_node --list | sort | sed 's/ [^ ]*$//'"

const KEYS = "sha256sum </etc/corosync/authkey"

/** Everything that membership is made of on the first three nodes. */
async function configuration(lab: Lab): Promise<Record<string, string>> {
  const files = "/etc/corosync/corosync.conf /etc/hosts /etc/haproxy/haproxy.cfg /var/lib/pcsd/known-hosts"
  return await everywhere(lab.nodes.slice(0, 3), `sha256sum ${files}; cibadmin -Q --scope nodes`)
}

/** What may not change while others come and go: processes, ids, who holds the VIP. */
async function identity(lab: Lab, nodes: readonly LabNode[]): Promise<Record<string, string>> {
  const script = `systemctl show -p MainPID corosync pacemaker haproxy
corosync-cmapctl runtime.votequorum.this_node_id
ip -o addr show to ${lab.vip}`
  return await everywhere(nodes, script)
}

async function expectMembers(lab: Lab, names: readonly string[]): Promise<void> {
  const members = names.map((name) => lab.node(name))
  for (const node of members) expect(await onlineNodes(node), `seen from ${node.name}`).toEqual(names)
  expect(await runningOn(members[0]!, "lb-haproxy")).toEqual(names)
  for (const file of ["/etc/corosync/corosync.conf", "/etc/haproxy/haproxy.cfg"]) {
    expect(new Set(Object.values(await everywhere(members, `cat ${file}`))).size, file).toBe(1)
  }
  const listed = (await members[0]!.must("grep -o 'server controller[0-9]' /etc/haproxy/haproxy.cfg"))
    .trim()
    .split("\n")
  expect(listed).toEqual(names.map((name) => `server ${name}`))
  const known = (await members[0]!.must("sed -n '/BEGIN haops/,/END haops/s/.*\\t//p' /etc/hosts")).trim().split("\n")
  expect(known).toEqual(names)
}

function address(lab: Lab, index: number): string {
  return lab.node(`controller${index}`).address
}

/** As the first member's corosync counts them. */
async function votes(lab: Lab): Promise<Record<"expected" | "total" | "quorate", string | undefined>> {
  const said = await lab.nodes[0]!.must("corosync-quorumtool -s; true")
  const word = (name: string) => new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(said)?.[1]
  return { expected: word("Expected votes"), total: word("Total votes"), quorate: word("Quorate") }
}
