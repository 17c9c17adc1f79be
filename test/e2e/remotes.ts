import { expect } from "vitest"
import type { LabTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { holders, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// Two hosts beside the cluster, of which pacemaker makes a remote node and a guest node. They have all packages, and no cluster.

/** On a running cluster of three in a lab of five, which it is left as. */
export function remoteTests(test: LabTest): void {
  test("a remote and a guest node are no members: haproxy is kept off them, up has nothing to do, and all is well", async ({
    lab,
    must,
  }) => {
    const [first, , , remote, guest] = lab.nodes
    const key = await first!.must("base64 -w0 /etc/pacemaker/authkey")
    for (const node of [remote!, guest!]) await node.must(UNPACKED.replace("KEY", key))
    // The user's own, for which they are there.
    await first!.must(`pcs resource create compute1 ocf:pacemaker:remote server=${remote!.address} --force
pcs resource create vm1 ocf:pacemaker:Dummy meta remote-node=guest1 remote-addr=${guest!.address} --force
pcs resource create job ocf:pacemaker:Dummy
pcs constraint location job prefers compute1`)
    await until(async () => (await remotes(first!)) === "compute1 true\nguest1 true\n", { what: "both to be online" })
    await until(async () => (await runningOn(first!, "job")).join() === "compute1", { what: "the job on compute1" })

    // Until now nothing keeps haproxy off them, nor the VIP that follows it.
    const { drift } = await planned(lab)
    const constraints = drift.flatMap((one) => /: constraint (\S+): absent/.exec(one)?.[1] ?? [])
    expect(constraints, drift.join("\n")).toEqual(
      ["compute1", "guest1"].map((node) => `haops-lb-haproxy-clone-not-on-${node}`),
    )
    await must("up", "--yes")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [], warnings: [] })
    expect((await must("up")).stdout).toContain("Nothing to do")
    const { stdout } = await must("status")
    expect(stdout).toContain("No members: compute1 (remote, online), guest1 (guest of vm1, online)")
    expect(stdout).toContain("quorate 3 of 3")
    for (const name of ["compute1", "guest1"]) expect(stdout).not.toMatch(new RegExp(`^  ${name} +(on|off)line`, "m"))
    await must("verify")
    expect((await first!.must("crm_node --partition")).trim().split(" ").sort()).toEqual(THREE)
    expect(await runningOn(first!, "lb-haproxy")).toEqual(THREE)
    expect(await runningOn(first!, "job")).toEqual(["compute1"])
    expect(await holders([remote!, guest!], lab.vip)).toEqual([])
    for (const node of [remote!, guest!]) {
      expect((await node.exec("systemctl is-active haproxy corosync pacemaker")).stdout).not.toMatch(/^active/m)
      expect((await node.exec("ls /var/lib/haops/*.json")).code).not.toBe(0)
    }

    await first!.must("for one in job compute1 vm1; do pcs resource delete $one --force; done")
    for (const name of ["compute1", "guest1"]) await first!.exec(`crm_node --force --remove ${name}`)
    for (const node of [remote!, guest!]) await node.must(REMOVED)
    await must("up", "--yes")
    expect(await first!.must("cibadmin -Q --scope constraints")).not.toContain("-not-on-")
    expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
    await must("verify")
  })
}

/** The package cannot be installed beside pacemaker's own: its daemon alone is taken from it. */
const UNPACKED = `systemctl disable --quiet --now pacemaker corosync; cd /root; dpkg-deb --extract /var/cache/apt/archives/pacemaker-remote_*.deb unpacked
cp unpacked/usr/sbin/pacemaker-remoted /usr/sbin; cp unpacked/lib/systemd/system/pacemaker_remote.service /etc/systemd/system
rm -r unpacked; echo KEY | base64 -d >/etc/pacemaker/authkey; systemctl daemon-reload; systemctl start pacemaker_remote`

const REMOVED = `systemctl kill -s KILL pacemaker_remote; systemctl stop pacemaker_remote
rm /usr/sbin/pacemaker-remoted /etc/systemd/system/pacemaker_remote.service; systemctl daemon-reload`

/** Those that pacemaker knows, with whether each is online. */
async function remotes(node: LabNode): Promise<string> {
  const xml = (await node.exec("crm_mon -1 --output-as=xml")).stdout
  const found = [...xml.matchAll(/<node name="([^"]*)"[^>]* online="(\w+)"[^>]* type="remote"/g)]
  return found
    .map(([, name, online]) => `${name} ${online}\n`)
    .sort()
    .join("")
}
