import { createHash } from "node:crypto"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ended } from "./harness/ended.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { runningOn } from "./harness/observe.ts"
import { passes } from "./harness/passes.ts"
import { ask, startProber } from "./harness/prober.ts"

const PREFIX = "/usr/local/haproxy"
const BINARY = `${PREFIX}/sbin/haproxy`
/** Not optimised and with less in it, it is built in half the time. How it is built is what this is about. */
const FLAGS = ["CPU_CFLAGS=-O0", "DEBUG_CFLAGS=", "USE_PCRE2="]

describe("haproxy from source", () => {
  let lab: Lab
  let server: Server
  let tarball: { name: string; bytes: Buffer }
  let source: Record<string, unknown>
  let fetched = 0

  beforeAll(async () => {
    lab = await startLab({ nodes: 1, prepared: true })
    tarball = await distributionSource()
    await writeFile(join(lab.directory, tarball.name), tarball.bytes)
    server = createServer((_request, response) => {
      fetched += 1
      response.end(tarball.bytes)
    }).listen(0)
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    const here = (await node().must("ip route show default | cut -d' ' -f3")).trim()
    const sha256 = createHash("sha256").update(tarball.bytes).digest("hex")
    source = { url: `http://${here}:${port}/${tarball.name}`, sha256, prefix: PREFIX, flags: FLAGS }
  })
  afterAll(async () => {
    server?.close()
    await lab?.[Symbol.asyncDispose]()
  })

  it("is refused before any host is touched where the tarball is another", async () => {
    const { url: _, ...others } = source
    await inventory({ ...others, file: "id_ed25519", version: "2.6.12" })
    const refused = await lab.haops(["plan"])
    expect(refused.code).toBe(65)
    expect(refused.stderr.replaceAll(/\s+/g, " ")).toMatch(
      /the checksum of \S+id_ed25519 is [0-9a-f]{64}, the inventory says/,
    )
  })

  it("is fetched, built for this machine, started under a unit of its own, and serves; a second `up` builds nothing", async () => {
    await inventory(source)
    await up()
    expect(await node().must(`${BINARY} -vv`)).toMatch(/TARGET *= linux-glibc/)
    expect(await node().must("haproxy -v")).toContain("HAProxy version 2.6")
    expect(await running()).toBe(BINARY)
    expect(await answers()).toBe(true)
    await passes(lab.haops(["plan"]))
    expect(fetched).toBe(1)
  })

  it("is not started with a configuration that it refuses", async () => {
    await node().must("cp /etc/haproxy/haproxy.cfg /root/right && echo nonsense >>/etc/haproxy/haproxy.cfg")
    expect((await node().exec("systemctl reload haproxy")).code).not.toBe(0)
    expect(await answers()).toBe(true)
    expect((await node().exec("systemctl restart haproxy")).code).not.toBe(0)
    await node().must("cp /root/right /etc/haproxy/haproxy.cfg; systemctl stop haproxy; systemctl reset-failed haproxy")
    await up()
    expect(await answers()).toBe(true)
  })

  it("is the one that pacemaker runs, sent from here where the inventory names a file", async () => {
    const { url: _, ...others } = source
    await inventory({ ...others, file: tarball.name }, true)
    await up()
    expect(fetched).toBe(1)
    expect(await runningOn(node(), "lb-haproxy")).toEqual(["controller1"])
    expect(await running()).toBe(BINARY)
    expect(await ask(`http://${lab.vip}:8080/`)).toEqual({ ok: true, answer: "controller1" })
  })

  it("is built anew where its flags change, and taken up by a reload that costs no request", async () => {
    await inventory({ ...source, flags: [...FLAGS, "USE_NS="] }, true)
    const master = await node().must("systemctl show -p MainPID haproxy")
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await up()
    expect((await prober.stop()).failed).toBe(0)
    expect(await node().must("haproxy -vv")).toContain("-NS ")
    expect(await node().must("systemctl show -p MainPID haproxy")).toBe(master)
    expect(await running()).toBe(BINARY)
  })

  it("gives way to the packaged one where the inventory wants it no more, and takes its build with it", async () => {
    await inventory(undefined, true)
    const plan = await lab.haops(["plan"])
    expect(plan.stdout).toContain(`go back from ${BINARY} to the packaged haproxy`)
    const asked = await lab.haops(["up"])
    expect(asked.code).toBe(1)
    expect(asked.stderr.replaceAll(/\s+/g, " ")).toContain("this would cause a restart")
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await up()
    // The restart that was asked about is all that a client notices, and pacemaker counts it as no failure.
    expect((await prober.stop()).longestOutageMs).toBeLessThan(5000)
    expect(await failures()).toBe("")
    expect(await runningOn(node(), "lb-haproxy")).toEqual(["controller1"])
    expect(await running()).toBe("/usr/sbin/haproxy")
    const left = await node().must(`find ${PREFIX} /etc/systemd/system -type f -name 'haproxy*'`)
    expect(left).toBe("")
    expect(await ask(`http://${lab.vip}:8080/`)).toEqual({ ok: true, answer: "controller1" })
    await passes(lab.haops(["plan"]))
  })

  it("is not lost by pacemaker where systemd reads its units anew, over and over: no request fails, no monitor", async () => {
    const prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 5000 })
    await node().must("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do systemctl daemon-reload; done")
    expect((await prober.stop()).failed).toBe(0)
    expect(await failures()).toBe("")
  })

  const node = () => lab.nodes[0]!
  /** What pacemaker has against a node, by its own account. */
  const failures = () => node().must("cibadmin -Q --scope status | grep -o 'fail-count-[^\"]*' || true")
  const running = async () =>
    (await node().must("readlink /proc/$(systemctl show -p MainPID --value haproxy)/exe")).trim()
  const answers = async () => (await ask(`http://${node().address}:8080/`)).ok

  async function inventory(from: object | undefined, clustered = false): Promise<void> {
    const web = { name: "web", port: 8080, mode: "http", backendPort: 8000, check: "http" }
    const haproxy = from === undefined ? {} : { source: from }
    if (clustered) await lab.inventory({ haproxy: { services: [web], ...haproxy } })
    else {
      const services = [{ ...web, bind: node().address }]
      await lab.inventory({ pacemaker: null, vips: null, haproxy: { services, ...haproxy } })
    }
  }

  async function up(): Promise<void> {
    await ended(lab.haops(["up", "--yes"]))
  }

  /** The distribution's own source, as its mirror has it. */
  async function distributionSource(): Promise<{ name: string; bytes: Buffer }> {
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
    const bytes = Buffer.from(await node().must(script), "base64")
    return { name: (await node().must("cd /root && ls haproxy_*.orig.tar.*")).trim(), bytes }
  }
})
