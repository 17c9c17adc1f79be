import { expect } from "vitest"
import type { Haops } from "./harness/haops.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, onlineNodes } from "./harness/observe.ts"
import { startProber } from "./harness/prober.ts"
import { restarted } from "./harness/restarted.ts"
import { each, THREE } from "./harness/three.ts"

/** What the lab's repository has is a revision newer than what is installed. */
const REVISION = "+lab1"

/**
 * Shell that takes packages as they are in apt's cache and packs them anew with a higher revision, in a repository of plain files that is the
 * only one. The indexes of the others are put aside.
 */
function publish(...names: readonly string[]): string {
  return `set -eu
mkdir -p /srv/lab /srv/apt && cp -a /var/lib/apt/lists /srv/
for sources in /etc/apt/sources.list /etc/apt/sources.list.d; do [ ! -e "$sources" ] || mv "$sources" /srv/apt/; done
cd /srv/lab
: >Packages
for name in ${names.join(" ")}; do
  version=$(dpkg-query -W -f '\${Version}' "$name")
  dpkg-deb -R "$(ls /var/cache/apt/archives/"$name"_"$version"_*.deb)" tree
  sed -i "s/^Version: .*/&${REVISION}/" tree/DEBIAN/control
  dpkg-deb -Zgzip -z1 -b tree "$name.deb" >/dev/null
  { dpkg-deb -f "$name.deb"; echo "Filename: ./$name.deb"; echo "Size: $(stat -c %s "$name.deb")"
    echo "SHA256: $(sha256sum <"$name.deb" | cut -d' ' -f1)"; echo; } >>Packages
  rm -r tree
done
echo 'deb [trusted=yes] file:/srv/lab ./' >/etc/apt/sources.list
`
}
const RESTORE = `set -eu
rm -rf /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d
mv /srv/lists /var/lib/apt/lists
mv /srv/apt/* /etc/apt/`

/** A running cluster whose repositories come to have newer packages. */
export function upgradeTests(test: LabTest): void {
  const versions = (lab: Lab, name: string) => everywhere(lab.nodes, `dpkg-query -W -f '\${Version}' ${name}`)

  test.beforeAll(async ({ lab }) => {
    await everywhere(lab.nodes, publish("haproxy", "pacemaker"))
    return async () => void (await everywhere(lab.nodes, RESTORE))
  })

  test("what there is and what is offered is shown, and without a word nothing is done", async ({
    lab,
    haops,
    must,
  }) => {
    const before = await versions(lab, "haproxy")
    const planned = await haops("upgrade", "--out", "upgrade.plan")
    expect(planned.code, planned.stderr).toBe(2)
    expect(planned.stdout).toContain(`${before.controller1} → ${before.controller1}${REVISION}`)
    const shown = await must("status", "--versions")
    const line = new RegExp(
      `haproxy +${literal(before.controller1!)} +${literal(before.controller1! + REVISION)} +controller1`,
    )
    expect(shown.stdout).toMatch(line)
    const refused = await haops("upgrade")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("haops upgrade --out FILE")
    expect(await versions(lab, "haproxy")).toEqual(before)
  })

  test("a run that is killed is taken up by the next, the VIP's node is last, and no request is lost", async ({
    lab,
    must,
  }) => {
    const before = { haproxy: await versions(lab, "haproxy"), pacemaker: await versions(lab, "pacemaker") }
    const [holder] = await holders(lab.nodes, lab.vip)
    const [first, ...others] = THREE.filter((name) => name !== holder)
    const daemons = "systemctl show -p MainPID --value pacemaker haproxy"
    const pids = await everywhere(lab.nodes, daemons)
    // The VIP is nowhere for a moment: a client whose SYN is sent again has not failed.
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
    // The packages are there then, and nothing has restarted yet.
    await killedAt(lab, "systemctl daemon-reload", ["upgrade", "--yes"])
    expect(await lab.node(first!).must("cat /var/lib/haops/upgrade")).toBe(
      "restart pacemaker\nrestart haproxy\nstandby\n",
    )
    for (const name of [...others, holder!]) {
      expect((await versions(lab, "haproxy"))[name]).toBe(before.haproxy[name])
    }
    const finished = await must("upgrade", "--yes", "--json")
    const { attempts } = await prober.stop()
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
    expect(restarted(finished.stderr)).toEqual([first, ...others, holder])
    for (const name of ["haproxy", "pacemaker"] as const) {
      const newer = Object.entries(before[name]).map(([node, version]) => [node, `${version}${REVISION}`])
      expect(await versions(lab, name)).toEqual(Object.fromEntries(newer))
    }
    for (const [name, now] of Object.entries(await everywhere(lab.nodes, daemons))) {
      const [was, is] = [pids[name]!, now].map((text) => text.trim().split(/\s+/))
      expect(
        is!.filter((pid) => pid === "0" || was!.includes(pid)),
        name,
      ).toEqual([])
    }
    expect(await onlineNodes(lab.node(holder!))).toEqual(THREE)
    expect(await everywhere(lab.nodes, "ls /var/lib/haops/upgrade /usr/sbin/policy-rc.d 2>/dev/null | wc -l")).toEqual(
      each("0"),
    )
  })

  test("a second run has nothing to do", async ({ must }) => {
    const { stdout } = await must("upgrade")
    expect(stdout).toContain("Nothing to do")
  })
}

/** A pair under keepalived, whose hosts come to a newer haproxy one after the other; nothing is offered to the other hosts. */
export async function upgradePair(lab: Lab, pair: readonly LabNode[], must: Haops): Promise<void> {
  // One that was off has come back with the engine's /etc/hosts.
  await must("up", "--yes")
  const others = lab.nodes.filter((node) => !pair.includes(node))
  await Promise.all([everywhere(pair, publish("haproxy")), everywhere(others, publish())])
  const versions = () => everywhere(pair, `dpkg-query -W -f '\${Version}' haproxy`)
  const before = await versions()
  const [holder] = await holders(pair, lab.vip)
  const { stderr } = await must("upgrade", "--only", "haproxy", "--yes", "--json")
  const names = pair.map(({ name }) => name)
  expect(restarted(stderr)).toEqual([...names.filter((name) => name !== holder), holder])
  const newer = Object.entries(before).map(([name, version]) => [name, `${version}${REVISION}`])
  expect(await versions()).toEqual(Object.fromEntries(newer))
  await must("plan")
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
