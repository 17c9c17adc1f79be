import { describe, expect } from "vitest"
import type { Release } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes } from "./harness/observe.ts"
import { expectDrift, planned } from "./harness/planned.ts"
import { ask, startProber } from "./harness/prober.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"

// Enterprise Linux 8 and 10 beside the 9 of enterprise-linux.test.ts: three nodes of AlmaLinux by the stack of Debian 11, three by that of
// Debian 13. What differs: the names of the repositories and of what is in them, dnf 4.5 and 4.23, pcs 0.10 and 0.12, pacemaker 2 and 3.

const of = (release: Release) =>
  labTest({ enterpriseLinux: true, release }, async (lab) => {
    await logSshUse(lab.nodes)
    await lab.inventory()
  })

describe.each([
  { el: "8", test: of("bullseye"), repository: "ha", versions: /^pacemaker-2\.0.* pcs-0\.10\./ },
  { el: "10", test: of("trixie"), repository: "highavailability", versions: /^pacemaker-3\..* pcs-0\.12\./ },
])("Enterprise Linux $el", ({ el, test, repository, versions }) => {
  const disabled = "dnf -q repolist disabled | awk 'NR > 1 { print $1 }'"

  // The next one needs the room.
  test.afterAll(async ({ started }) => await started[Symbol.asyncDispose]())

  test("its repository is disabled, and the plan enables it for the one command", async ({ lab }) => {
    const os = ". /etc/os-release; echo $ID $VERSION_ID; readlink /etc/redhat-release"
    expect(await lab.node("controller1").must(os)).toMatch(new RegExp(`^almalinux ${el}\\.\\d+\nalmalinux-release\n$`))
    const looks = "systemctl is-system-running --wait; command -v apt-get apt dpkg || echo none"
    expect(await everywhere(lab.nodes, looks)).toEqual(each("running\nnone"))
    expect(await everywhere(lab.nodes, disabled)).toEqual(each(repository))
    const { code, actions, refusals } = await planned(lab)
    expect({ code, refusals }).toEqual({ code: 2, refusals: [] })
    expect(actions).toContainEqual(
      expect.stringMatching(new RegExp(`^dnf --enablerepo=${repository} install .*pacemaker.* pcs`)),
    )
  })

  test("bare nodes become a cluster, and a second up has nothing to do", async ({ lab, must }) => {
    await must("up", "--yes")
    for (const node of lab.nodes) expect(await onlineNodes(node)).toEqual(THREE)
    expect(await holders(lab.nodes, lab.vip)).toHaveLength(1)
    expect(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
    expect(await lab.node("controller1").must("rpm -q --qf '%{NAME}-%{VERSION} ' pacemaker pcs")).toMatch(versions)
    expect(await everywhere(lab.nodes, disabled)).toEqual(each(repository))
    const before = await readSshUse(lab.nodes)
    expect((await must("up")).stdout).toContain("Nothing to do: 3 hosts")
    expect(sshUseBetween(before, await readSshUse(lab.nodes))).toEqual(each({ connections: 1, commands: 1 }))
  })

  test("a removed package, an edited file and a deleted constraint are planned exactly and put back", async ({
    lab,
    must,
  }) => {
    await lab.node("controller2").must("rpm -e fence-agents-all")
    await lab.node("controller3").must("sed -i 's/maxconn/# &/' /etc/haproxy/haproxy.cfg")
    await lab.node("controller1").must("pcs constraint delete colocation-vip-lb-haproxy-clone-INFINITY")
    expectDrift(await planned(lab), ["fence-agents-all: absent -> installed", /haproxy\.cfg/, /colocation/])
    await must("up", "--yes")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
    expect((await must("verify")).stdout).toContain("checks passed, none failed")
    const { stdout } = await must("status", "--versions")
    expect(stdout).toMatch(new RegExp(`pacemaker +\\S+\\.el${el} +- +controller1, controller2 and controller3\n`))
  })

  test("a node leaves and comes back, and no request to the VIP fails", async ({ lab, must }) => {
    // The VIP may have to move: a client whose SYN is sent again has not failed.
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
    const leaving = lab.node("controller3")
    await must("remove-node", "controller3", "--yes")
    expect(await onlineNodes(lab.node("controller1"))).toEqual(["controller1", "controller2"])
    await must("add-node", "controller3", "--address", leaving.address)
    for (const node of lab.nodes) expect(await onlineNodes(node)).toEqual(THREE)
    const { failed, attempts } = await prober.stop()
    expect(failed, `of ${attempts.length} requests`).toBe(0)
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  })
})
