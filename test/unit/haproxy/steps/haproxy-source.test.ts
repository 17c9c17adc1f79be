import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, test } from "vitest"
import { buildTarget, haproxyUnit, makeWords } from "../../../../src/haproxy/node/build.ts"
import { parseSource, type SourceState, sourceScript } from "../../../../src/haproxy/node/source-state.ts"
import { haproxySource } from "../../../../src/haproxy/steps/haproxy-source.ts"
import { sha256 } from "../../../../src/host/file-state.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, facts, judge, run, SHELLS, sandbox, systemctlShow } from "../../step-harness.ts"

const SUM = "a".repeat(64)
const source = {
  url: "http://x/haproxy-2.8.5.tar.gz",
  sha256: SUM,
  version: "2.8.5",
  target: "auto",
  prefix: "/opt/haproxy",
  flags: [],
}
const want = { source }
const BINARY = "/opt/haproxy/sbin/haproxy"
const unit = haproxyUnit(BINARY, "2.8.5")
const BUILT = `2.8.5 ${SUM} TARGET=linux-glibc USE_OPENSSL=1 USE_PCRE2=1 USE_SYSTEMD=1`
const SYNC: SourceState = {
  built: BUILT,
  kernel: "6.1.0-25-amd64",
  libc: "glibc",
  unit: { type: "file", mode: "0644", owner: "root:root", size: 1, sha256: sha256(unit), content: undefined },
  unitStale: false,
  link: BINARY,
  user: true,
  running: BINARY,
  hasVip: false,
  watched: false,
}
const NOTHING: SourceState = {
  ...SYNC,
  built: undefined,
  unit: { type: "absent" },
  link: "",
  user: false,
  running: undefined,
}

describe("TARGET is chosen as the README of each version says", () => {
  it.each([
    ["3.0.5", "6.12.1", "glibc", "linux-glibc"],
    ["2.0.0", "2.6.28", "glibc", "linux-glibc"],
    ["2.0.0", "2.6.18-371.el5", "glibc", "linux-glibc-legacy"],
    ["2.4.1", "5.10.0", "musl", "linux-musl"],
    ["2.1.0", "5.10.0", "musl", "linux-glibc"],
    ["1.9.16", "3.10.0-1160.el7.x86_64", "glibc", "linux2628"],
    ["1.8.30", "2.6.18-371.el5", "glibc", "linux26"],
    ["1.7.5", "4.4.0", "glibc", "linux2628"],
    ["1.4.23", "2.6.18-371.el5", "glibc", "linux26"],
  ] as const)("haproxy %s on Linux %s with %s: %s", (version, kernel, libc, target) => {
    expect(buildTarget(version, { kernel, libc })).toBe(target)
  })

  it.each([
    ["2.8.5", "x86_64", "TARGET=linux-glibc USE_OPENSSL=1 USE_PCRE2=1 USE_SYSTEMD=1"],
    ["3.1.0", "aarch64", "TARGET=linux-glibc USE_OPENSSL=1 USE_PCRE2=1"],
    ["1.8.30", "x86_64", "TARGET=linux2628 ARCH=x86_64 USE_OPENSSL=1 USE_PCRE2=1 USE_SYSTEMD=1"],
    ["1.8.30", "i686", "TARGET=linux2628 ARCH=i386 USE_OPENSSL=1 USE_PCRE2=1 USE_SYSTEMD=1"],
  ])("haproxy %s on %s is made with %s", (version, arch, words) => {
    expect(makeWords({ ...source, version }, { ...SYNC, arch }).join(" ")).toBe(words)
  })

  it("and the inventory has the last word", () => {
    const words = makeWords(
      { ...source, target: "generic", flags: ["USE_OPENSSL=", "USE_LUA=1"] },
      { ...SYNC, arch: "x86_64" },
    )
    expect([words[0], words.at(-2), words.at(-1)]).toEqual(["TARGET=generic", "USE_OPENSSL=", "USE_LUA=1"])
  })
})

describe("a haproxy from source", () => {
  test("in sync: nothing to do", () => {
    expect(judge(haproxySource, want, SYNC)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("on a bare host: user, tarball, build, link, unit", () => {
    const { drift, actions } = judge(haproxySource, want, NOTHING)
    expect(drift.map(({ attribute, risk }) => [attribute, risk])).toEqual([
      [BINARY, "none"],
      ["/etc/systemd/system/haproxy.service", "none"],
      ["/usr/local/sbin/haproxy in the PATH", "none"],
      ["user haproxy", "none"],
    ])
    const labels = actions.map((action) =>
      action.type === "run" ? (action.label ?? action.argv.join(" ")) : action.type,
    )
    expect(labels).toEqual([
      "create the user haproxy",
      "fetch http://x/haproxy-2.8.5.tar.gz",
      "make TARGET=linux-glibc USE_OPENSSL=1 USE_PCRE2=1 USE_SYSTEMD=1 PREFIX=/opt/haproxy, and install it",
      `ln -sfn -- ${BINARY} /usr/local/sbin/haproxy`,
      "put",
      "rm -f -- /etc/systemd/system/haproxy.service.d/haops.conf",
      "systemctl daemon-reload",
    ])
  })

  test.each([
    ["another version", { built: `2.6.0 ${"b".repeat(64)} TARGET=linux-glibc` }],
    ["another `make install` since", { built: undefined }],
  ])("after %s: it is built again and taken up by a reload", (_, changes) => {
    const { drift, actions } = judge(haproxySource, want, { ...SYNC, ...changes })
    expect(drift).toMatchObject([{ attribute: BINARY, risk: "reload" }])
    expect(actions.map((action) => action.type)).toEqual(["run", "run", "run", "wait"])
  })

  test("that runs an older build after a run that was cut short: a reload", () => {
    const { drift, actions } = judge(haproxySource, want, { ...SYNC, running: `${BINARY} (deleted)` })
    expect(drift).toMatchObject([{ attribute: "running haproxy", risk: "reload" }])
    expect(actions.map((action) => action.type)).toEqual(["run", "wait"])
  })

  test("where the distribution's runs: a restart, which is asked about", () => {
    const { drift, actions } = judge(haproxySource, want, { ...SYNC, running: "/usr/sbin/haproxy" })
    expect(drift).toMatchObject([{ have: "/usr/sbin/haproxy", risk: "restart" }])
    expect(actions).toMatchObject([{ argv: ["systemctl", "restart", "--", "haproxy.service"] }])
  })

  test("that pacemaker watches: systemd reads another unit when pacemaker next has it do so, but for a restart", () => {
    const other = { ...SYNC, watched: true, unit: { ...SYNC.unit, sha256: "x", content: Buffer.from("") } as never }
    const reloads = (have: SourceState) =>
      JSON.stringify(judge(haproxySource, want, have).actions).includes("daemon-reload")
    expect([reloads(other), reloads({ ...other, watched: false })]).toEqual([false, true])
    expect(reloads({ ...other, running: "/usr/sbin/haproxy" })).toBe(true)
    expect(judge(haproxySource, want, { ...SYNC, watched: true, unitStale: true }).drift).toEqual([])
  })

  test("of /usr/local needs no link", () => {
    const local = { source: { ...source, prefix: "/usr/local" } }
    expect(JSON.stringify(judge(haproxySource, local, NOTHING).actions)).not.toContain('"ln"')
  })

  test("has a unit that checks the configuration before every start", () => {
    expect(unit).toContain(`ExecStartPre=${BINARY} -c -q -f /etc/haproxy/haproxy.cfg\nExecStart=${BINARY} -Ws `)
  })
})

describe.each(SHELLS)("the probe, in %s", (shell) => {
  it("knows a build by what it wrote down, and only while its binary is the same", () => {
    using box = sandbox({
      systemctl: `case $* in *NeedDaemonReload*) printf 'MainPID=0\\nNeedDaemonReload=no\\n'; exit ;; esac
${systemctlShow({ pacemaker: { active: "active" } })}`,
      haproxy: ":",
    })
    const [binary, stamp] = [join(box.path, "haproxy"), join(box.path, "stamp")]
    const ask = () => {
      const { stdout } = run(sourceScript({ binary, stamp, unit: "x", vips: [] }), { shell, path: box.path })
      return parseSource({ stdout, stderr: "" })
    }
    expect(ask()).toMatchObject({ built: undefined, running: undefined, unitStale: false, watched: true })
    const mark = run(`stat -Lc '%s %Y' -- ${binary}`).stdout.trim()
    writeFileSync(stamp, `${mark}\n${BUILT}\n`)
    expect(ask().built).toBe(BUILT)
    writeFileSync(binary, "another")
    expect(ask().built).toBeUndefined()
  })
})

describe("an inventory", () => {
  const CASES = new URL("../../../cases/certificates/", import.meta.url)
  const load = (text: string) =>
    parseInventory(
      `name: lab\ncontrollers: { a: 10.0.0.12 }\nhaproxy:\n  services: [{ name: web, port: 80, bind: 10.0.0.12, backends: { x: 10.0.0.40 } }]\n  source: ${text}\n`,
      new URL("lab.yaml", CASES).pathname,
    )

  it.each([
    ["neither url nor file", `{ sha256: ${SUM} }`, /say where the tarball is/],
    [
      "both",
      `{ url: "http://x/haproxy-2.8.5.tar.gz", file: haproxy-2.8.5.tar.gz, sha256: ${SUM} }`,
      /exclude each other/,
    ],
    ["no version", `{ file: source.tar.gz, sha256: ${SUM} }`, /does not tell the version/],
    [
      "a haproxy without a master",
      `{ file: haproxy-1.7.5.tar.gz, sha256: ${SUM} }`,
      /haproxy 1\.7\.5 cannot be reloaded/,
    ],
    ["no checksum", "{ file: haproxy-2.8.5.tar.gz }", /sha256 is missing/],
  ])("is refused with %s", (_, text, message) => {
    expect(() => load(text)).toThrow(message)
  })

  it("names a tarball of its own directory, whose checksum is looked at before any host is touched", () => {
    const of = (sum: string) => load(`{ file: web.crt, version: "2.8.5", sha256: ${sum} }`)
    const bound = (inventory: ReturnType<typeof of>) => haproxySource.bind!(context(inventory, inventory.hosts[0]!))
    expect(() => bound(of(SUM))).toThrow(/the checksum of .*web\.crt is [0-9a-f]{64}, the inventory says a{64}/)
    const right = /is ([0-9a-f]{64})/.exec(message(() => bound(of(SUM))))![1]!
    const content = Buffer.from(bound(of(right))?.content ?? "", "base64").toString()
    expect(content).toContain("BEGIN CERTIFICATE")
    const { actions } = judge(haproxySource, bound(of(right)), NOTHING, facts())
    expect(JSON.stringify(actions)).toContain("base64 -d")
  })
})

function message(fails: () => unknown): string {
  try {
    fails()
    return ""
  } catch (error) {
    return (error as Error).message
  }
}
