import { createHash } from "node:crypto"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect } from "vitest"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { runningOn } from "./harness/observe.ts"
import { ask, startProber } from "./harness/prober.ts"

const PREFIX = "/usr/local/haproxy"
const BINARY = `${PREFIX}/sbin/haproxy`
/** Not optimised and with less in it, it is built in half the time. How it is built is what this is about. */
const FLAGS = ["CPU_CFLAGS=-O0", "DEBUG_CFLAGS=", "USE_PCRE2="]

const test = labTest({ nodes: 1, prepared: true })
  .extend("node", { scope: "file" }, async ({ lab }) => lab.nodes[0]!)
  .extend("tarball", { scope: "file" }, async ({ lab, node }) => {
    const tarball = await distributionSource(node)
    await writeFile(join(lab.directory, tarball.name), tarball.bytes)
    return tarball
  })
  .extend("mirror", { scope: "file" }, async ({ tarball }, { onCleanup }) => {
    const mirror = { fetched: 0, port: 0 }
    const server = createServer((_request, response) => {
      mirror.fetched += 1
      response.end(tarball.bytes)
    }).listen(0)
    onCleanup(() => void server.close())
    await once(server, "listening")
    mirror.port = (server.address() as AddressInfo).port
    return mirror
  })
  .extend("source", { scope: "file" }, async ({ node, tarball, mirror }) => {
    const here = (await node.must("ip route show default | cut -d' ' -f3")).trim()
    const sha256 = createHash("sha256").update(tarball.bytes).digest("hex")
    return { url: `http://${here}:${mirror.port}/${tarball.name}`, sha256, prefix: PREFIX, flags: FLAGS }
  })

describe("haproxy from source", () => {
  test("is refused before any host is touched where the tarball is another", async ({ lab, haops, source }) => {
    const { url: _, ...others } = source
    await inventory(lab, { ...others, file: "id_ed25519", version: "2.6.12" })
    const refused = await haops("plan")
    expect(refused.code).toBe(65)
    expect(refused.stderr.replaceAll(/\s+/g, " ")).toMatch(
      /the checksum of \S+id_ed25519 is [0-9a-f]{64}, the inventory says/,
    )
  })

  test("is fetched, built for this machine, started under a unit of its own, and serves; a second `up` builds nothing", async ({
    lab,
    node,
    must,
    mirror,
    source,
  }) => {
    await inventory(lab, source)
    await must("up", "--yes")
    expect(await node.must(`${BINARY} -vv`)).toMatch(/TARGET *= linux-glibc/)
    expect(await node.must("haproxy -v")).toContain("HAProxy version 2.6")
    expect(await running(node)).toBe(BINARY)
    expect(await answers(node)).toBe(true)
    await must("plan")
    expect(mirror.fetched).toBe(1)
  })

  test("is not started with a configuration that it refuses", async ({ node, must }) => {
    await node.must("cp /etc/haproxy/haproxy.cfg /root/right && echo nonsense >>/etc/haproxy/haproxy.cfg")
    expect((await node.exec("systemctl reload haproxy")).code).not.toBe(0)
    expect(await answers(node)).toBe(true)
    expect((await node.exec("systemctl restart haproxy")).code).not.toBe(0)
    await node.must("cp /root/right /etc/haproxy/haproxy.cfg; systemctl stop haproxy; systemctl reset-failed haproxy")
    await must("up", "--yes")
    expect(await answers(node)).toBe(true)
  })

  test("is the one that pacemaker runs, sent from here where the inventory names a file", async ({
    lab,
    node,
    must,
    tarball,
    mirror,
    source,
  }) => {
    const { url: _, ...others } = source
    await inventory(lab, { ...others, file: tarball.name }, true)
    await must("up", "--yes")
    expect(mirror.fetched).toBe(1)
    expect(await runningOn(node, "lb-haproxy")).toEqual(["controller1"])
    expect(await running(node)).toBe(BINARY)
    expect(await ask(`http://${lab.vip}:8080/`)).toEqual({ ok: true, answer: "controller1" })
  })

  test("is built anew where its flags change, and taken up by a reload that costs no request", async ({
    lab,
    node,
    must,
    source,
  }) => {
    await inventory(lab, { ...source, flags: [...FLAGS, "USE_NS="] }, true)
    const master = await node.must("systemctl show -p MainPID haproxy")
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await must("up", "--yes")
    expect((await prober.stop()).failed).toBe(0)
    expect(await node.must("haproxy -vv")).toContain("-NS ")
    expect(await node.must("systemctl show -p MainPID haproxy")).toBe(master)
    expect(await running(node)).toBe(BINARY)
  })

  test("gives way to the packaged one where the inventory wants it no more, and takes its build with it", async ({
    lab,
    node,
    haops,
    must,
  }) => {
    await inventory(lab, undefined, true)
    const plan = await haops("plan")
    expect(plan.stdout).toContain(`go back from ${BINARY} to the packaged haproxy`)
    const asked = await haops("up")
    expect(asked.code).toBe(1)
    expect(asked.stderr.replaceAll(/\s+/g, " ")).toContain("this would cause a restart")
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await must("up", "--yes")
    // The restart that was asked about is all that a client notices, and pacemaker counts it as no failure.
    expect((await prober.stop()).longestOutageMs).toBeLessThan(5000)
    expect(await failures(node)).toBe("")
    expect(await runningOn(node, "lb-haproxy")).toEqual(["controller1"])
    expect(await running(node)).toBe("/usr/sbin/haproxy")
    const left = await node.must(`find ${PREFIX} /etc/systemd/system -type f -name 'haproxy*'`)
    expect(left).toBe("")
    expect(await ask(`http://${lab.vip}:8080/`)).toEqual({ ok: true, answer: "controller1" })
    await must("plan")
  })

  test("is not lost by pacemaker where systemd reads its units anew, over and over: no request fails, no monitor", async ({
    lab,
    node,
  }) => {
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await node.must("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do systemctl daemon-reload; done")
    expect((await prober.stop()).failed).toBe(0)
    expect(await failures(node)).toBe("")
  })
})

/** What pacemaker has against a node, by its own account. */
async function failures(node: LabNode): Promise<string> {
  return await node.must("cibadmin -Q --scope status | grep -o 'fail-count-[^\"]*' || true")
}

async function running(node: LabNode): Promise<string> {
  return (await node.must("readlink /proc/$(systemctl show -p MainPID --value haproxy)/exe")).trim()
}

async function answers(node: LabNode): Promise<boolean> {
  return (await ask(`http://${node.address}:8080/`)).ok
}

async function inventory(lab: Lab, from: object | undefined, clustered = false): Promise<void> {
  const web = { name: "web", port: 8080, mode: "http", backendPort: 8000, check: "http" }
  const haproxy = from === undefined ? {} : { source: from }
  if (clustered) await lab.inventory({ haproxy: { services: [web], ...haproxy } })
  else {
    const services = [{ ...web, bind: lab.nodes[0]!.address }]
    await lab.inventory({ pacemaker: null, vips: null, haproxy: { services, ...haproxy } })
  }
}

/** The distribution's own source, as its mirror has it. */
async function distributionSource(node: LabNode): Promise<{ name: string; bytes: Buffer }> {
  const script = `set -e
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -e "$file" ] || continue
  case $file in
    *.sources) sed -i 's/^Types: deb$/Types: deb deb-src/' "$file" ;;
    *) sed -i '/security/!s/^deb \\(.*\\)/&\\ndeb-src \\1/' "$file" ;;
  esac
done
apt-get update -qq >&2
cd /root && apt-get source --download-only -qq haproxy >&2
base64 -w0 haproxy_*.orig.tar.*`
  const bytes = Buffer.from(await node.must(script), "base64")
  return { name: (await node.must("cd /root && ls haproxy_*.orig.tar.*")).trim(), bytes }
}
