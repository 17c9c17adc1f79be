import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../../src/components.ts"
import { foreignProcesses } from "../../../../src/host/foreign-processes.ts"
import { parseListeners } from "../../../../src/host/listeners.ts"
import { LISTENERS } from "../../../../src/host/network.ts"
import { familyByTools, familyOf } from "../../../../src/host/packages/systems.ts"
import type { PreflightState } from "../../../../src/host/preflight-state.ts"
import { preflightStep } from "../../../../src/host/steps/preflight.ts"
import type { HaproxySettings } from "../../../../src/model/haproxy.ts"
import type { Pacemaker } from "../../../../src/model/inventory.ts"
import { context, facts, host, inventory, judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const preflight = preflightStep(COMPONENTS)

interface Case {
  member?: boolean
  links?: number
  binds?: readonly ReturnType<typeof bind>[]
}

const GLOBAL = { socket: { path: "/var/lib/haproxy/stats" } }

/** What is asked of a host that is a member, or has haproxy listen there. */
function wantOf({ member = false, links = 1, binds = [] }: Case) {
  const one = host("controller1", "10.0.0.12", { links: Array.from({ length: links }, (_, at) => `10.${at}.0.12`) })
  const services = binds.map(({ service, ...at }) => ({ name: service, on: "controllers", bind: at, servers: [] }))
  const pacemaker = member ? ({ on: "controllers", resources: [] } as unknown as Pacemaker) : undefined
  const haproxy =
    binds.length > 0
      ? ({ on: ["controllers"], global: GLOBAL, services, pools: [] } as unknown as HaproxySettings)
      : undefined
  return preflight.bind?.(context(inventory([one], { pacemaker, haproxy }), one))
}

const want = wantOf({ member: true })
const ss = readFileSync("test/cases/steps/ss.txt", "utf8").split("\n")
const GIB = 1_048_576
const clean: PreflightState = {
  uid: 0,
  listeners: [],
  free: ["/", "/usr", "/var"].map((path) => ({ path, mount: "/", kib: 10 * GIB })),
  incomplete: true,
  broken: [],
  lacks: [],
  confined: [],
  foreign: [],
  unwritable: [],
  dangling: [],
}

function said(wanted: unknown, have: PreflightState, of = facts()): string[] {
  return judge(preflight, wanted, have, of).findings.map(({ severity, message }) => `${severity}: ${message}`)
}

function bind(service: string, address: string, port: number) {
  return { service, address, port }
}

describe("preflight", () => {
  test("finds nothing against a good host", () => {
    expect(judge(preflight, want, clean)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("says everything at once", () => {
    const have = { ...clean, uid: 1000, broken: ["foo"], listeners: undefined }
    expect(said(want, have, facts({ hostname: "debian", systemd: false }))).toEqual([
      "error: systemd is not process 1",
      "error: commands run as user id 1000, not as root",
      "warning: the host calls itself debian, the cluster will call it controller1",
      "warning: ss is not installed, so it is not known whether the ports are free",
      "error: the package manager is broken: foo",
    ])
  })

  test.each([
    ["debian", "11", []],
    ["debian", "10", ["error: debian 10 is not supported"]],
    ["debian", "14", ["warning: haops has not been tried on debian 14"]],
    ["debian", "", ["warning: haops has not been tried on debian"]],
    ["ubuntu", "20.04", []],
    ["ubuntu", "18.04", ["error: ubuntu 18.04 is not supported"]],
    ["centos", "7", []],
    ["rocky", "9.4", []],
    ["almalinux", "10.0", []],
    ["ol", "11.0", ["warning: haops has not been tried on ol 11.0"]],
    ["centos", "6", ["error: centos 6 is not supported"]],
  ])("judges %s %s", (os, osVersion, expected) => {
    expect(said(want, clean, facts({ os, osVersion }))).toEqual(expected)
  })

  test.each([
    ["fedora", "fedora", "41", "el", "dnf"],
    ["amzn", "amzn fedora", "2023", "el", "dnf"],
    ["linuxmint", "linuxmint ubuntu debian", "22", "debian", "apt"],
    ["sles", "sles suse", "15.5", "suse", "zypper"],
    ["opensuse-leap", "opensuse-leap suse opensuse", "15.6", "suse", "zypper"],
  ] as const)("lets %s through, and says that it was not tried", (os, ids, osVersion, family, packageManager) => {
    expect(familyOf(ids.split(" "))).toBe(family)
    const of = facts({ os, osVersion, family, packageManager })
    expect(said(want, clean, of)).toEqual([`warning: haops has not been tried on ${os} ${osVersion}`])
    expect(said(want, clean, { ...of, packageManager: undefined })).toContain("error: no package manager was found")
  })

  test("lets one through that is like nobody by its word, and whose packages are kept with tools that it knows", () => {
    expect(familyByTools("dnf", ["rpm"])).toBe("el")
    const of = facts({ os: "openEuler", osVersion: "22.03", family: "el", packageManager: "dnf" })
    expect(said(want, clean, of)).toEqual(["warning: haops has not been tried on openEuler 22.03"])
  })

  test("refuses a system whose packages are kept with tools that it does not know", () => {
    expect(familyByTools(undefined, [])).toBe("unknown")
    expect(familyOf(["alpine"])).toBe("unknown")
    expect(said(want, clean, facts({ os: "alpine", osVersion: "3.20", family: "unknown" }))).toEqual([
      "error: alpine 3.20 is not supported",
    ])
  })

  test("takes a full host name for the short one", () => {
    expect(said(want, clean, facts({ hostname: "Controller1.example.com" }))).toEqual([])
  })

  test("a cluster port whose program does not show yet may be pcsd's that is starting, and is only warned of", () => {
    const listeners = [{ protocol: "tcp" as const, address: "0.0.0.0", port: 2224, programs: [], pids: [] }]
    expect(said(want, { ...clean, listeners })).toEqual([
      "warning: tcp port 2224 (pcsd) is taken by an unknown program on 0.0.0.0",
    ])
  })

  test("knows the stack's own programs on its ports", () => {
    expect(said(want, { ...clean, listeners: parseListeners(ss) })).toEqual([])
  })

  test("finds strangers on the cluster's ports, one UDP port a link", () => {
    const taken = (protocol: "tcp" | "udp", port: number) => ({
      protocol,
      address: "0.0.0.0",
      port,
      programs: ["x"],
      pids: ["42"],
    })
    const listeners = [
      taken("tcp", 2224),
      taken("tcp", 5403),
      taken("udp", 5405),
      taken("udp", 5406),
      taken("udp", 5407),
    ]
    expect(said(wantOf({ member: true, links: 2 }), { ...clean, listeners })).toEqual([
      "error: tcp port 2224 (pcsd) is taken by x on 0.0.0.0",
      "warning: tcp port 5403 (corosync) is taken by x on 0.0.0.0",
      "error: udp port 5405 (corosync) is taken by x on 0.0.0.0",
      "error: udp port 5406 (corosync) is taken by x on 0.0.0.0",
    ])
  })

  test.each([
    [
      "on every address blocks a VIP",
      bind("web", "10.0.0.11", 80),
      ["error: tcp port 80 (web) is taken by apache2 on 0.0.0.0"],
    ],
    ["on the node's own address is in nobody's way", bind("keystone", "10.0.0.11", 5000), []],
    [
      "on the node's own address blocks every address",
      bind("keystone", "*", 5000),
      ["error: tcp port 5000 (keystone) is taken by keystone on 10.0.0.12"],
    ],
    ["on every IPv4 address does not block an IPv6 VIP", bind("web", "fd00::11", 80), []],
    [
      "of the kernel has no name",
      bind("nfs", "10.0.0.11", 2049),
      ["error: tcp port 2049 (nfs) is taken by an unknown program on 0.0.0.0"],
    ],
    [
      "at the VIP itself, whose program does not show yet, may be the haproxy that is starting, and is only warned of",
      bind("web", "10.0.0.11", 8080),
      ["warning: tcp port 8080 (web) is taken by an unknown program on 10.0.0.11"],
    ],
    ["that is haproxy is no stranger", bind("glance", "10.0.0.11", 9292), []],
  ])("a listener %s", (_title, one, expected) => {
    expect(said(wantOf({ binds: [one] }), { ...clean, listeners: parseListeners(ss) })).toEqual(expected)
  })

  test("a haproxy that may be starting does not hide who is in its way", () => {
    const lines = ["10.0.0.11:80 0.0.0.0:*", '0.0.0.0:80 0.0.0.0:* users:(("apache2",pid=901,fd=3))']
    const listeners = parseListeners(lines.map((line) => `tcp LISTEN 0 128 ${line}`))
    expect(said(wantOf({ binds: [bind("web", "10.0.0.11", 80)] }), { ...clean, listeners })).toEqual([
      "error: tcp port 80 (web) is taken by apache2 on 0.0.0.0",
    ])
  })

  test("a second haproxy on a port is a stranger, whatever its name; the first stays its own", () => {
    const line = (pid: number) => `tcp LISTEN 0 128 10.0.0.11:80 0.0.0.0:* users:(("haproxy",pid=${pid},fd=7))`
    const wanted = wantOf({ binds: [bind("web", "10.0.0.11", 80)] })
    const have = { ...clean, listeners: parseListeners([line(42), line(4711)]) }
    expect(said(wanted, have)).toEqual([])
    expect(said(wanted, { ...have, foreign: ["4711"] })).toEqual([
      "error: tcp port 80 (web) is taken by another haproxy (process 4711), which is not its service's, on 10.0.0.11",
    ])
  })

  test("says how much room is needed, before and after the packages", () => {
    const free = (kib: number) => [
      { path: "/", mount: "/", kib: 300 * 1024 },
      { path: "/usr", mount: "/", kib: 300 * 1024 },
      { path: "/var", mount: "/var", kib },
    ]
    expect(said(want, { ...clean, free: free(50 * 1024) })).toEqual([
      "error: / has 300 MiB free; 512 MiB are needed to install the packages",
      "error: /var has 50 MiB free; 256 MiB are needed to install the packages",
    ])
    expect(said(want, { ...clean, incomplete: false, free: free(50 * 1024) })).toEqual([
      "warning: /var has 50 MiB free; 100 MiB are needed",
    ])
  })

  test("says what could not be written to when others have been changed already", () => {
    const unwritable = ["/etc", "/etc/haproxy", "/var/lib/pacemaker"]
    const dangling = [{ path: "/etc/hosts", target: "hosts.real" }]
    expect(said(want, { ...clean, unwritable, dangling })).toEqual([
      "error: /etc cannot be written to, not even by root",
      "error: /var/lib/pacemaker cannot be written to, not even by root",
      "error: /etc/hosts is a link to hosts.real, which is not there",
    ])
  })

  test("a full disk below the cluster's own directory is an error, before the packages and after them", () => {
    const free = [...clean.free, { path: "/var/lib/pacemaker", mount: "/var/lib/pacemaker", kib: 0 }]
    expect(said(want, { ...clean, incomplete: false, free })).toEqual([
      "error: /var/lib/pacemaker has 0 MiB free; 100 MiB are needed",
    ])
    expect(said(want, { ...clean, free })).toEqual([
      "error: /var/lib/pacemaker has 0 MiB free; 5 MiB are needed to install the packages",
    ])
  })

  test("says that an agent has to be there which no package brings", () => {
    const file = "/usr/lib/ocf/resource.d/heartbeat/haproxy"
    expect(said({ ...want, agents: [{ file, hint: "" }] }, { ...clean, lacks: [file] })).toEqual([
      `error: the resource agent ${file} is not there`,
    ])
  })

  test("asks for what the inventory runs on the host", () => {
    const one = host("controller1", "10.0.0.12", { links: ["10.0.0.12", "10.1.0.12"] })
    const pacemaker = { on: "controllers", resources: [] } as unknown as Pacemaker
    const haproxy = {
      on: ["controllers"],
      global: GLOBAL,
      stats: { on: ["controllers"], bind: { address: "*", port: 1080 } },
      services: [
        { name: "web", on: "controllers", bind: { address: "10.0.0.11", port: 80 }, servers: [] },
        { name: "other", on: "loadbalancers", bind: { address: "10.0.0.9", port: 80 }, servers: [] },
      ],
      pools: [],
    } as unknown as HaproxySettings
    const { ports, ...rest } = preflight.bind!(context(inventory([one], { pacemaker, haproxy }), one))!
    expect(ports.map(({ protocol, address, port, use }) => `${protocol} ${address} ${port} ${use}`)).toEqual([
      "tcp * 2224 pcsd",
      "tcp * 5403 corosync",
      "udp * 5404 corosync",
      "udp * 5405 corosync",
      "udp * 5406 corosync",
      "tcp * 1080 stats",
      "tcp 10.0.0.11 80 web",
    ])
    expect(rest).toMatchObject({
      name: "controller1",
      namedBy: ["the cluster"],
      programs: ["pacemakerd", "corosync", "haproxy"],
      agents: [],
    })
  })

  test.each(["", "uid 0\n", "uid root\nfree 1 /\nfree 1 /\nfree 1 /\n", "uid 0\nfree 1 /\nfree 1 /\n", "oops\n"])(
    "does not take %j for an answer",
    (stdout) => {
      expect(() => parse(preflight, want, stdout)).toThrow()
    },
  )
})

describe.each(SHELLS)("the preflight probe in %s", (shell) => {
  test("knows a process by the unit that it belongs to, and an agent's by its pid file", () => {
    using box = sandbox({
      ss: `cat <<'END'
tcp LISTEN 0 128 10.0.0.11:80 0.0.0.0:* users:(("haproxy",pid=41,fd=7),("haproxy",pid=42,fd=7))
tcp LISTEN 0 128 10.0.0.11:80 0.0.0.0:* users:(("haproxy",pid=43,fd=7))
tcp LISTEN 0 128 10.0.0.11:81 0.0.0.0:* users:(("haproxy",pid=43,fd=8))
tcp LISTEN 0 128 10.0.0.11:80 0.0.0.0:* users:(("haproxy",pid=44,fd=7))
tcp LISTEN 0 128 10.0.0.11:80 0.0.0.0:* users:(("haproxy",pid=45,fd=7))
tcp LISTEN 0 128 *:2224 *:* users:(("python3",pid=46,fd=7))
tcp LISTEN 0 128 *:2225 *:* users:(("python3",pid=47,fd=7),("sshd",pid=48,fd=7))
END`,
    })
    const groups = {
      41: "0::/system.slice/haproxy.service",
      42: "1:name=systemd:/docker/1/system.slice/haproxy.service\n2:cpu:/",
      43: "0::/user.slice/user-0.slice/session-3.scope",
      44: "0::/system.slice/pacemaker.service",
      45: "0::/system.slice/pacemaker.service",
      46: "0::/system.slice/pcsd.service",
      47: "0::/",
    }
    for (const [pid, group] of Object.entries(groups)) {
      mkdirSync(join(box.path, "proc", pid), { recursive: true })
      writeFileSync(join(box.path, "proc", pid, "cgroup"), `${group}\n`)
    }
    writeFileSync(join(box.path, "haproxy.pid"), "43\n44\n")
    const { ports } = wantOf({ member: true, binds: [bind("web", "10.0.0.11", 80), bind("other", "10.0.0.11", 81)] })!
    const script = `sockets=${LISTENERS}\n${foreignProcesses(ports)}`
      .replaceAll("/proc/", `${box.path}/proc/`)
      .replaceAll("/run/haproxy", `${box.path}/haproxy`)
    const pids = run(script, { shell, path: box.path }).stdout.trim().split("\n")
    expect(pids.sort()).toEqual(["foreign 43", "foreign 45", "foreign 47"])
  })

  test("asks once what listens, though two of its parts read it", () => {
    const script = preflight.probe(wantOf({ member: true, binds: [bind("web", "10.0.0.11", 80)] })!).script
    expect(script).toContain("foreign haproxy")
    expect(script.split(String(LISTENERS))).toHaveLength(2)
  })

  test("finds a link that leads nowhere", () => {
    using box = sandbox()
    mkdirSync(join(box.path, "etc"))
    symlinkSync("hosts.real", join(box.path, "etc/hosts"))
    const probe = preflight.probe(preflight.want!.parse(want))
    const have = probe.parse(run(probe.script.replaceAll("/etc/", `${box.path}/etc/`), { shell }))
    expect(have.dangling).toEqual([{ path: `${box.path}/etc/hosts`, target: "hosts.real" }])
  })

  test("answers on a real host", () => {
    const probe = preflight.probe(preflight.want!.parse(want))
    const have = probe.parse(run(probe.script, { shell }))
    expect(have.uid).toBe(process.getuid?.())
    expect(have.free.map(({ path }) => path)).toEqual(expect.arrayContaining(["/", "/usr", "/var", "/etc"]))
    expect(have).toMatchObject({ unwritable: [], dangling: [] })
  })
})
