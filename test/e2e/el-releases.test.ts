import { describe, expect } from "vitest"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { holders, onlineNodes } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"

// Enterprise Linux 8 and 10 beside the 9 of enterprise-linux.test.ts: AlmaLinux by the stack of Debian 11 and of Debian 13, a cluster of
// one node each. What differs: the names of the repositories and of what is in them, dnf 4.5 and 4.23, pcs 0.10 and 0.12, pacemaker 2 and 3.

const test = labTest({ enterpriseLinux: true, nodes: 2, release: "bullseye", releases: { controller2: "trixie" } })

describe.each([
  { el: "8", name: "controller1", repository: "ha", versions: /^pacemaker-2\.0.* pcs-0\.10\./ },
  { el: "10", name: "controller2", repository: "highavailability", versions: /^pacemaker-3\..* pcs-0\.12\./ },
])("Enterprise Linux $el", ({ el, name, repository, versions }) => {
  const inventory = `el${el}.yaml`
  const disabled = async (lab: Lab) =>
    (await lab.node(name).must("dnf -q repolist disabled | awk 'NR > 1 { print $1 }'")).trim()

  test.beforeAll(async ({ lab }) => {
    const [other = ""] = lab.nodes.map((one) => one.name).filter((one) => one !== name)
    const vip = lab.vip.replace(/\d+$/, `20${el.length}`)
    const overrides = { name: `el${el}`, controllers: { [other]: null }, vips: { vip: `${vip}/24` } }
    await lab.inventory(overrides, inventory)
  })

  test("its repository is disabled, and the plan enables it for the one command", async ({ lab }) => {
    expect(await lab.node(name).must(". /etc/os-release; echo $ID $VERSION_ID; readlink /etc/redhat-release")).toMatch(
      new RegExp(`^almalinux ${el}\\.\\d+\nalmalinux-release\n$`),
    )
    const looks = "systemctl is-system-running --wait; command -v apt-get apt dpkg || echo none"
    expect(await lab.node(name).must(looks)).toBe("running\nnone\n")
    expect(await disabled(lab)).toBe(repository)
    const { code, actions, refusals } = await planned(lab, inventory)
    expect({ code, refusals }).toEqual({ code: 2, refusals: [] })
    expect(actions).toContainEqual(
      expect.stringMatching(new RegExp(`^dnf --enablerepo=${repository} install .*pacemaker.* pcs`)),
    )
  })

  test("a bare node becomes a cluster, and a second up has nothing to do", async ({ lab, must }) => {
    await must("up", "--yes", "-i", inventory)
    expect(await onlineNodes(lab.node(name))).toEqual([name])
    const vip = lab.vip.replace(/\d+$/, `20${el.length}`)
    expect(await holders([lab.node(name)], vip)).toEqual([name])
    expect(await ask(`http://${vip}:8080/`, 2000)).toMatchObject({ ok: true })
    expect(await lab.node(name).must("rpm -q --qf '%{NAME}-%{VERSION} ' pacemaker pcs")).toMatch(versions)
    expect(await disabled(lab)).toBe(repository)
    expect((await must("up", "-i", inventory)).stdout).toContain("Nothing to do: 1 host")
  })

  test("a removed package is planned exactly and put back, and verify finds nothing wrong", async ({
    lab,
    haops,
    must,
  }) => {
    await lab.node(name).must("rpm -e fence-agents-all")
    const { drift } = await planned(lab, inventory)
    expect(drift).toEqual([expect.stringContaining("fence-agents-all: absent -> installed")])
    await must("up", "--yes", "-i", inventory)
    const verified = await haops("verify", "-i", inventory)
    expect(verified.stdout, verified.stderr).toContain("checks passed, none failed")
    const { stdout } = await must("status", "--versions", "-i", inventory)
    expect(stdout).toMatch(new RegExp(`pacemaker +\\S+\\.el${el} +- +${name}\n`))
  })
})
