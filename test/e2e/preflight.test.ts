import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import { stringify } from "yaml"
import { ended } from "./harness/ended.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"
import { until } from "./harness/until.ts"
import { rememberState } from "./harness/untouched.ts"

// Bare nodes on which something stands in the way: ports that others have, a VIP that answers, a package manager that is broken, busy,
// or cut off in the middle of an installation.

const test = labTest({ nodes: 2 })

test("everything that stands against the hosts is said at once, and nothing is touched", async ({ lab, haops }) => {
  const [first, second] = lab.nodes
  await first!.must(`${listen("udp", 5405)}; ${listen("tcp", 2224)}`)
  await second!.must(listen("tcp", 8080))
  await first!.must("mount --bind /etc/sysctl.d /etc/sysctl.d && mount -o remount,ro,bind /etc/sysctl.d")
  await second!.must(`mkdir -p /etc/haproxy && ln -s /gone /etc/haproxy/haproxy.cfg && apt-mark hold haproxy
mkdir -p /var/lib/corosync && mount -t tmpfs -o size=64k full /var/lib/corosync
: >/var/lib/dpkg/updates/0001`)
  // This machine's own address in the lab's network.
  const taken = lab.vip.replace(/\d+$/, "1")
  const inventory = await lab.inventory({ vips: { vip: `${taken}/24` } })
  const state = await rememberState(lab.nodes)
  const { code, refusals } = await planned(lab, inventory)
  expect(code).toBe(1)
  expect([...refusals].sort()).toEqual([
    "/etc/haproxy/haproxy.cfg is a link to /gone, which is not there",
    "/etc/sysctl.d cannot be written to, not even by root",
    expect.stringMatching("^/var/lib/corosync has 0 MiB free"),
    "haproxy is needed, and on hold: somebody told apt to leave it alone",
    "tcp port 2224 (pcsd) is taken by perl on 0.0.0.0",
    "tcp port 8080 (web) is taken by perl on 0.0.0.0",
    expect.stringMatching(
      "^the VIP vip \\(.*\\) is in use already: [0-9a-f:]{17} answers for it, seen from controller1",
    ),
    "the package manager is broken: dpkg was interrupted",
    "udp port 5405 (corosync) is taken by perl on 0.0.0.0",
  ])
  const up = await haops("up", "--yes", "-i", inventory)
  expect(up.code).toBe(1)
  for (const message of refusals) expect(up.stderr.replaceAll(/\s+/g, " ")).toContain(message)
  expect(await state.changes()).toEqual({ controller1: [], controller2: [] })
  await first!.must("umount /etc/sysctl.d")
  await second!.must("rm -r /var/lib/dpkg/updates/0001 /etc/haproxy; apt-mark unhold haproxy; umount /var/lib/corosync")
  for (const node of lab.nodes) await node.must("pkill -x perl")
})

test("a package manager at work is waited for, and whose it is, is said", async ({ lab }) => {
  const inventory = await balancers(lab)
  const node = lab.node("controller1")
  // A struct flock, as fcntl(2) has it on 64 bits.
  const lock = "\\$lock = pack('ssx4qqlx4', F_WRLCK, SEEK_SET, 0, 0, 0)"
  await node.must(
    perl(
      `use Fcntl ':DEFAULT', ':seek'; open F, '>', '/var/lib/dpkg/lock-frontend'; ${lock}; fcntl(F, F_SETLK, \\$lock) or die; sleep`,
    ),
  )
  let said = ""
  const run = lab.spawnHaops(["up", "--limit", "controller1", "-i", inventory], {
    onStderr: (chunk) => {
      said += chunk
    },
  })
  const waits = /controller1 .*waiting for the package manager's lock, held by perl \(pid \d+\)/
  await until(async () => waits.test(said), { what: "word of the lock" })
  expect(await node.must("dpkg -l haproxy 2>/dev/null | grep -c ^ii || true")).toBe("0\n")
  await node.must("pkill -x perl")
  await ended(run.done)
  expect((await ask(`http://${node.address}:8080/`)).ok).toBe(true)
})

test("killed in the middle of an installation, it is completed by the next run", async ({ lab, must }) => {
  const inventory = await balancers(lab)
  const node = lab.node("controller2")
  const run = lab.spawnHaops(["up", "--limit", "controller2", "-i", inventory])
  // apt itself, in the middle of its work.
  const unpacking = async () => (await node.exec("pgrep -x dpkg")).code === 0
  await until(unpacking, { what: "dpkg at work", everyMs: 20 })
  run.child.kill("SIGKILL")
  await run.done
  await must("up", "-i", inventory)
  expect(await node.must("dpkg --audit; ls /usr/sbin/policy-rc.d 2>/dev/null || true")).toBe("")
  expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  expect((await ask(`http://${node.address}:8080/`)).ok).toBe(true)
})

test("playbooks of one's own install packages and mind a service, and second runs have nothing to do", async ({
  lab,
  must,
}) => {
  const inventory = await balancers(lab)
  const run = async (name: string, ...steps: object[]) => {
    const playbook = join(lab.directory, `${name}.yaml`)
    await writeFile(playbook, stringify({ name, stages: [{ stage: name, on: "controllers", steps }] }))
    await must("run", playbook, "--yes", "-i", inventory)
    expect((await must("run", playbook, "-i", inventory)).stdout).toContain("Nothing to do")
  }
  await run("packages", { package: { name: "ufw" } }, { package: { name: "haproxy" } })
  // That is another run, since the package starts it: what would stop is shown before it is agreed to.
  await run("services", { service: { name: "haproxy", running: false, enabled: false } })
  for (const node of lab.nodes) {
    expect(await node.must("command -v ufw; systemctl is-active haproxy; systemctl is-enabled haproxy; true")).toBe(
      "/usr/sbin/ufw\ninactive\ndisabled\n",
    )
  }
})

test("ufw lets in what is needed by whom it is needed, by rules with a comment of its own that go with the need", async ({
  lab,
  must,
}) => {
  const old = "ufw allow proto tcp from 0.0.0.0/0 to any port 8081 comment haops"
  await everywhere(lab.nodes, `ufw allow 22/tcp && ${old} && ufw --force enable`)
  const inventory = await balancers(lab, { firewall: "managed" })
  await must("up", "--yes", "-i", inventory)
  const hosts = lab.nodes.map(({ address }) => `8000 ${address}`)
  const rules = ["22 0.0.0.0/0", "8080 0.0.0.0/0", ...hosts].sort().join("\n")
  expect(
    await everywhere(lab.nodes, "awk '/^### tuple/ { print $6, $9 }' /etc/ufw/user.rules | LC_ALL=C sort"),
  ).toEqual(Object.fromEntries(lab.nodes.map(({ name }) => [name, rules])))
  const [first, second] = lab.nodes
  expect(await ask(`http://${first!.address}:8080/`)).toMatchObject({ ok: true })
  expect(await ask(`http://${first!.address}:8000/`)).toMatchObject({ ok: false })
  const connects = `IO::Socket::INET->new(PeerAddr => "${first!.address}:8000", Timeout => 10)`
  expect(await second!.must(`perl -MIO::Socket::INET -e 'print ${connects} ? "reached" : "kept out"'`)).toBe("reached")
  expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [], warnings: [] })
})

/** haproxy alone, on each node by itself. */
async function balancers(lab: Lab, more: object = {}): Promise<string> {
  const web = { name: "web", bind: "*", port: 8080, mode: "http", backendPort: 8000, check: "http" }
  return await lab.inventory({ pacemaker: null, vips: null, haproxy: { services: [web] }, ...more }, "balancers.yaml")
}

/** A stranger that listens on every address. */
function listen(protocol: "tcp" | "udp", port: number): string {
  const options = `LocalAddr => '0.0.0.0', LocalPort => ${port}, Proto => '${protocol}'${protocol === "tcp" ? ", Listen => 1" : ""}`
  return perl(`use IO::Socket::INET; \\$s = IO::Socket::INET->new(${options}) or die; sleep`)
}

/** Runs until it is killed; returns when it does its work. */
function perl(program: string): string {
  const ready = program.replace(/sleep$/, "open R, '>', '/run/lab-ready'; close R; sleep")
  return `rm -f /run/lab-ready; setsid perl -e "${ready}" </dev/null >/dev/null 2>&1 & until [ -e /run/lab-ready ]; do kill -0 $! || exit; sleep 0.05; done`
}
