import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { sha256 } from "../../../../src/host/file-state.ts"
import { sysctl } from "../../../../src/host/steps/sysctl.ts"
import type { HaproxySettings } from "../../../../src/model/haproxy.ts"
import { context, host, inventory, judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const want = { settings: { "net.ipv4.ip_forward": 1, "net.ipv4.tcp_rmem": "4096  87380 6291456" } }
const path = "/etc/sysctl.d/99-haops.conf"
const content =
  "# Written by haops from the inventory; changes here are overwritten.\nnet.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096 87380 6291456\n"
const file = {
  type: "file",
  mode: "0644",
  owner: "root:root",
  size: 1,
  sha256: sha256(content),
  content: undefined,
} as const
const live = new Map([
  ["net.ipv4.ip_forward", "1"],
  ["net.ipv4.tcp_rmem", "4096 87380 6291456"],
])
const put = { type: "put", path, content, mode: "0644", owner: "root:root" }
const load = { type: "run", argv: ["sysctl", "-q", "-p", path], label: `sysctl -p ${path}` }
const boot = new Map()

describe("sysctl", () => {
  test.each([
    ["in sync", { file, live, boot }, []],
    [
      "absent",
      { file: { type: "absent" } as const, live: new Map([...live, ["net.ipv4.ip_forward", "0"]]), boot },
      [put, load],
    ],
    ["live alone lost", { file, live: new Map([...live, ["net.ipv4.ip_forward", "0"]]), boot }, [load]],
    ["file alone lost", { file: { type: "absent" } as const, live, boot }, [put]],
  ])("%s", (_title, have, actions) => {
    expect(judge(sysctl, want, have).actions).toEqual(actions)
  })

  test("a parameter that the kernel does not have is an error", () => {
    const have = { file, live: new Map([["net.ipv4.ip_forward", "1"]]), boot }
    expect(judge(sysctl, want, have).findings).toMatchObject([
      { severity: "error", message: "the kernel has no parameter net.ipv4.tcp_rmem" },
    ])
  })

  test("a file that is read later and says otherwise is found", () => {
    const stdout = [
      "/proc/sys/net/ipv4/ip_forward:1",
      "/proc/sys/net/ipv4/tcp_rmem:4096\t87380\t6291456",
      `type file\nstat 644 root:root 1\nsha256 ${sha256(content)}`,
      "other /etc/sysctl.d/10-early.conf",
      "other /etc/sysctl.d/99-haops.conf",
      "other /etc/sysctl.d/99-sysctl.conf",
      "other /usr/lib/sysctl.d/99-sysctl.conf",
      "/etc/sysctl.d/10-early.conf:net.ipv4.ip_forward=0",
      "/etc/sysctl.d/99-sysctl.conf:# net.ipv4.ip_forward = 2",
      "/etc/sysctl.d/99-sysctl.conf:",
      "/etc/sysctl.d/99-sysctl.conf: net/ipv4/ip_forward = 0",
      "/etc/sysctl.d/99-sysctl.conf:;net.ipv4.ip_forward=3",
      "/etc/sysctl.d/99-sysctl.conf:net.ipv4.tcp_rmem = 4096 87380 6291456",
      "/usr/lib/sysctl.d/99-sysctl.conf:net.ipv4.tcp_rmem = 1 2 3",
    ].join("\n")
    const have = parse(sysctl, want, stdout)
    expect(have.live).toEqual(live)
    expect(judge(sysctl, want, have)).toMatchObject({
      drift: [],
      findings: [{ severity: "warning", message: expect.stringContaining("99-sysctl.conf is read after") }],
    })
  })

  test.each(["", "type file\n", "type absent\nlive nonsense\n", "type absent\nsetting nonsense\n"])(
    "does not take %j for an answer",
    (stdout) => {
      expect(() => parse(sysctl, want, stdout)).toThrow()
    },
  )

  test("what haproxy needs comes with haproxy, in the VIPs' families, and the inventory has the last word", () => {
    const one = host("controller1", "10.0.0.12")
    const vip = { name: "v", prefix: 64, on: "controllers", manager: "pacemaker", monitorInterval: "10s" } as const
    const haproxy = { on: ["controllers"] } as unknown as HaproxySettings
    const bind = (changes: Parameters<typeof inventory>[1]) => sysctl.bind?.(context(inventory([one], changes), one))
    expect(bind({})).toBeUndefined()
    expect(bind({ sysctl: { "vm.swappiness": "1" } })).toEqual({ settings: { "vm.swappiness": "1" } })
    expect(bind({ haproxy })).toEqual({ settings: { "net.ipv4.ip_nonlocal_bind": "1" } })
    expect(
      bind({ haproxy, vips: [{ ...vip, address: "fd00::1" }], sysctl: { "net.ipv4.ip_nonlocal_bind": "0" } }),
    ).toEqual({
      settings: { "net.ipv4.ip_nonlocal_bind": "0", "net.ipv6.ip_nonlocal_bind": "1" },
    })
  })

  test("no host is made a router but by the inventory's own word", () => {
    const one = host("controller1", "10.0.0.12")
    const haproxy = { on: ["controllers"] } as unknown as HaproxySettings
    const bind = (sysctls: Record<string, string>) =>
      sysctl.bind?.(context(inventory([one], { haproxy, sysctl: sysctls }), one))?.settings
    expect(bind({})).not.toHaveProperty("net.ipv4.ip_forward")
    expect(bind({ "net.ipv4.ip_forward": "1" })).toHaveProperty("net.ipv4.ip_forward", "1")
  })
})

describe.each(SHELLS)("the sysctl probe in %s", (shell) => {
  test("reads live values and what other files say, with dots and slashes in keys", () => {
    using box = sandbox()
    const at = (...parts: string[]) => join(box.path, ...parts)
    mkdirSync(at("proc/sys/net/ipv4/conf/eth0.100"), { recursive: true })
    mkdirSync(at("etc/sysctl.d"), { recursive: true })
    writeFileSync(at("proc/sys/net/ipv4/conf/eth0.100/forwarding"), "1\n")
    writeFileSync(at("proc/sys/net/ipv4/tcp_rmem"), "1\t2\t3\n")
    writeFileSync(at("etc/sysctl.d/99-x.conf"), "-net/ipv4/tcp_rmem = 4 5 6\n#net.ipv4.tcp_rmem=7\n")
    const wanted = sysctl.want!.parse({
      settings: { "net.ipv4.conf.eth0/100.forwarding": 1, "net/ipv4/tcp_rmem": "1 2 3", "net.nope": 1 },
    })
    const probe = sysctl.probe(wanted)
    const moved = probe.script.replaceAll("/proc/sys/", at("proc/sys/")).replaceAll("/etc/sysctl.d", at("etc/sysctl.d"))
    const output = run(moved, { shell }).stdout.replaceAll(box.path, "")
    const have = probe.parse({ stdout: output, stderr: "" })
    expect([...have.live]).toEqual([
      ["net.ipv4.conf.eth0/100.forwarding", "1"],
      ["net/ipv4/tcp_rmem", "1 2 3"],
    ])
    expect(have.boot.get("net/ipv4/tcp_rmem")).toEqual({ path: "/etc/sysctl.d/99-x.conf", value: "4 5 6" })
  })
})
