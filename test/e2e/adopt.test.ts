import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { parse, stringify } from "yaml"
import { ANEW } from "./harness/anew.ts"
import { ended } from "./harness/ended.ts"
import { everyPart, FENCE_NOBODY } from "./harness/every-part.ts"
import { merge } from "./harness/inventory.ts"
import type { Lab, Release } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { planned } from "./harness/planned.ts"

// A cluster of one node that was made by the words of the guides, by crmsh, and by haops out of all that an inventory can say: taken in,
// `up` changes nothing of it; and from a backup the node is that cluster again after it was wiped.

const of = (release: Release) =>
  labTest({ release, nodes: 1, prepared: true }, async (lab) => {
    const node = lab.node("controller1")
    await mkdir(join(lab.directory, "secrets"))
    await writeFile(join(lab.directory, "secrets/hacluster"), lab.password, { mode: 0o600 })
    await node.write("/etc/systemd/system/openstack-keystone.service", "[Service]\nExecStart=/bin/sleep infinity\n")
    await node.write("/usr/sbin/fence_nobody", FENCE_NOBODY, 0o755)
    await node.must(FENCE_PACKAGE)
    await node.write("/root/password", `hacluster:${lab.password}\n`, 0o600)
    await node.must(`chpasswd </root/password; rm /root/password; sysctl -qw net.ipv4.ip_nonlocal_bind=1
systemctl stop pacemaker corosync; rm -rf /var/lib/pacemaker/cib/* /var/lib/corosync/*; systemctl daemon-reload`)
    await node.write("/etc/corosync/corosync.conf", COROSYNC)
    await node.must(KEYS)
    await node.must(`systemctl enable --quiet corosync pacemaker; systemctl start pacemaker; ${RUNS}`)
  }).extend("node", { scope: "file" }, async ({ lab }) => lab.node("controller1"))

describe.each([
  { release: 11, test: of("bullseye"), defaults: "" },
  { release: 12, test: of("bookworm"), defaults: "update" },
  { release: 13, test: of("trixie"), defaults: "update" },
])("on Debian $release", ({ test, defaults }) => {
  // Three in a row: the next one needs the room.
  test.afterAll(async ({ started }) => await started[Symbol.asyncDispose]())

  test("what the guides make with pcs is taken in, and stays as it is", async ({ lab, node }) => {
    const seed = await readFile(new URL("../cases/haproxy/seed-000.cfg", import.meta.url), "utf8")
    const config = seed.replaceAll("10.0.0.11", lab.vip).replaceAll("10.0.0.12", node.address)
    await node.write("/etc/haproxy/haproxy.cfg", config)
    await node.must(byPcs(lab.vip, defaults))
    await expectTakenIn(lab, /^haproxy does not run as haops would run it, .* leaves haproxy.cfg alone\n$/)
  })

  test("what they make with crmsh is taken in, and stays as it is", async ({ lab, node }) => {
    await emptied(node)
    await crm(node, byCrm(lab.vip))
    await expectTakenIn(lab)
  })

  test("sixty objects are taken in, and stay as they are", async ({ lab, node }) => {
    await emptied(node)
    await crm(node, SIXTY)
    expect((await node.must("cibadmin -Q")).match(/<(primitive|group|clone|rsc_\w+) /g)).toHaveLength(60)
    await expectTakenIn(lab)
  })

  test("all that an inventory can say is taken in, and stays as it is", async ({ lab, node, must }) => {
    await emptied(node)
    const ours = {
      ...{ name: "openstack-cluster", controllers: { controller1: node.address } },
      ssh: { user: "root", identityFile: "id_ed25519", knownHosts: "known_hosts" },
      pacemaker: { password: { env: null, file: "hacluster" } },
    }
    const file = join(lab.directory, "rich.yaml")
    await writeFile(file, stringify(merge(parse(everyPart("controller1")), ours)))
    await must("up", "--yes", "-i", file)
    await expectTakenIn(lab)
  })

  test("from a backup the node, installed anew, is the same cluster again: keys, ids and configuration", async ({
    lab,
    node,
    must,
  }) => {
    await writeFile(join(lab.directory, "passphrase"), "three words more\n", { mode: 0o600 })
    const words = ["--passphrase-file", "passphrase", "-i", ADOPTED]
    await must("backup", "-o", "lab.age", ...words)
    const identity = "cd /etc; sha256sum corosync/authkey pacemaker/authkey; cat /var/lib/haops/last-applied.json"
    const before = [await configuration(node), await node.must(identity)]
    await node.must(ANEW)
    expect((await node.exec("ls /etc/corosync/authkey /etc/corosync/corosync.conf")).stdout).toBe("")
    await must("restore", "lab.age", "--yes", ...words)
    expect([await configuration(node), await node.must(identity)]).toEqual(before)
    expect(await planned(lab, join(lab.directory, ADOPTED))).toMatchObject({ code: 0, drift: [] })
  })
})

const ADOPTED = "adopted.yaml"
const OUR_OWN = /^controller1: (\/etc\/hosts|\/var\/lib\/haops\/last-applied\.json): /

/** By hand, as the guides have it: pcs would found it by its daemon, which one node does not need. */
const COROSYNC = `totem {
  version: 2
  cluster_name: openstack-cluster
  transport: knet
  crypto_cipher: aes256
  crypto_hash: sha256
}
nodelist {
  node {
    ring0_addr: controller1
    name: controller1
    nodeid: 1
  }
}
quorum {
  provider: corosync_votequorum
}
`
const KEYS = `install -d -m 750 -o hacluster -g haclient /etc/pacemaker
for key in /etc/corosync/authkey /etc/pacemaker/authkey; do (umask 077; head -c 256 /dev/urandom >$key); done
chown hacluster:haclient /etc/pacemaker/authkey`
/** On Debian 13 each fence agent has a package of its own. */
const FENCE_PACKAGE = `mkdir -p /root/package/DEBIAN && cd /root && cat >package/DEBIAN/control <<'END'
Package: fence-agents-nobody
Version: 1
Architecture: all
Maintainer: The lab <lab@example.com>
Description: fence_nobody
END
dpkg-deb --build package >/dev/null && dpkg --install package.deb >/dev/null`
const RUNS = `timeout 120 sh -c 'until cibadmin -Q 2>/dev/null | grep -q dc-version; do sleep 0.2; done'`

function byPcs(vip: string, defaults: string): string {
  return `set -e
pcs property set pe-warn-series-max=1000 pe-input-series-max=1000 pe-error-series-max=1000 cluster-recheck-interval=5min
pcs property set stonith-enabled=false
pcs property set no-quorum-policy=ignore
pcs resource defaults ${defaults} migration-threshold=1
pcs resource create vip ocf:heartbeat:IPaddr2 ip="${vip}" cidr_netmask="24" op monitor interval="30s"
pcs resource create api_vip ocf:heartbeat:IPaddr2 ip="${vip.replace(/\d+$/, "201")}" nic="eth0" cidr_netmask="24" op monitor interval="30s"
pcs resource create openstack-keystone systemd:openstack-keystone clone interleave=true
pcs resource create lb-haproxy systemd:haproxy clone
pcs constraint order start vip then lb-haproxy-clone kind=Optional
pcs constraint colocation add lb-haproxy-clone with vip
pcs constraint colocation add vip with api_vip
crm_resource --wait`
}

function byCrm(vip: string): string {
  return `property stonith-enabled=false no-quorum-policy=ignore
rsc_defaults resource-stickiness=100 failure-timeout=0 migration-threshold=10
primitive api-vip ocf:heartbeat:IPaddr2 params ip=${vip} cidr_netmask=24 op monitor interval=5s
primitive haproxy lsb:haproxy op monitor interval="5s"
colocation haproxy-with-vip INFINITY: haproxy api-vip
order haproxy-after-IP mandatory: api-vip haproxy
`
}

const NUMBERS = Array.from({ length: 30 }, (_, at) => at)
const every = (six: number, line: (at: number) => string) => NUMBERS.filter((at) => at % 6 === six).map(line)
const SIXTY = [
  "property stonith-enabled=false",
  ...NUMBERS.map((at) => `primitive r${at} ocf:heartbeat:Dummy op monitor interval=${10 + at}s meta priority=${at}`),
  ...every(1, (at) => `group g${at} r${at} r${at + 1}`),
  ...every(3, (at) => `clone c${at} r${at} meta interleave=true`),
  ...every(0, (at) => `location home${at} r${at} ${at + 1}: controller1`),
  ...every(0, (at) => `order after${at} Optional: g${at + 1} r${at}`),
  ...every(4, (at) => `colocation near${at} 5: r${at} r0`),
  ...every(5, (at) => `colocation far${at} -5: r${at} r0`),
]
  .map((line) => `${line}\n`)
  .join("")

async function crm(node: LabNode, config: string): Promise<void> {
  await node.write("/root/config", config)
  await node.must("crm configure load update /root/config")
}

/** As it was founded: nothing is left of what was made in it. Without the word that nobody is fenced nothing would stop. */
async function emptied(node: LabNode): Promise<void> {
  await node.must(`for scope in constraints resources fencing-topology tags alerts acls rsc_defaults op_defaults; do
  if cibadmin --query --scope $scope >/dev/null 2>&1; then cibadmin --replace --scope $scope --xml-text "<$scope/>"; fi
done
crm_resource --wait --timeout=60s
cibadmin --replace --scope crm_config --xml-text '<crm_config/>'
rm -rf /var/lib/haops /etc/haproxy/haproxy.cfg`)
}

/** What `up` does by the inventory that is made of it is to remember what is there, and the host's name. */
async function expectTakenIn(lab: Lab, told = /^$/): Promise<void> {
  const [node] = lab.nodes
  const text = await adopted(lab, told)
  const before = await configuration(node!)
  const { drift, refusals } = await planned(lab, ADOPTED)
  expect(refusals).toEqual([])
  expect(drift.filter((one) => !OUR_OWN.test(one))).toEqual([])
  await ended(lab.haops(["up", "--yes", "-i", ADOPTED]))
  expect(await configuration(node!)).toBe(before)
  expect(await adopted(lab, told)).toBe(text)
  expect(await planned(lab, ADOPTED)).toMatchObject({ code: 0, drift: [] })
}

async function adopted(lab: Lab, told: RegExp): Promise<string> {
  const login = ["--user", "root", "--identity", "id_ed25519", "--known-hosts", "known_hosts"]
  const words = ["adopt", "--host", lab.node("controller1").address, ...login, "-o", ADOPTED, "--force"]
  const { code, stderr } = await lab.haops(words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(told) })
  return await readFile(join(lab.directory, ADOPTED), "utf8")
}

/** But for the properties that pacemaker writes itself as it starts. */
async function configuration(node: LabNode): Promise<string> {
  const files = "/etc/corosync/corosync.conf /etc/haproxy/haproxy.cfg"
  const own = "have-watchdog|dc-version|cluster-infrastructure|cluster-name"
  return await node.must(`cibadmin -Q --scope configuration | grep -vE 'name="(${own})"'
for file in ${files}; do [ ! -e $file ] || cat $file; done`)
}
