import { mkdirSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Secret } from "../../../../src/base/secret.ts"
import { haproxyMemory } from "../../../../src/haproxy/node/process.ts"
import type { HaproxyState } from "../../../../src/haproxy/node/state.ts"
import { haproxyConfig } from "../../../../src/haproxy/steps/haproxy-config.ts"
import { sha256 } from "../../../../src/host/file-state.ts"
import { facts, judge, parse, run, SHELLS, sandbox, systemctlShow } from "../../step-harness.ts"

const path = "/etc/haproxy/haproxy.cfg"
const text = "listen stats\n    stats auth admin:hunter2\n"
const content = new Secret(text)
const byPacemaker = { content, cluster: "lab", runBy: "pacemaker" }
const bySystemd = { ...byPacemaker, runBy: "systemd" }

const file = {
  type: "file",
  mode: "0640",
  owner: "root:haproxy",
  size: 42,
  sha256: sha256(text),
  content: undefined,
} as const
const edited = { ...file, sha256: sha256("x"), content: Buffer.from("listen old\n    stats auth admin:[secret]\n") }
const unit = { load: "loaded", file: "disabled", active: "active", sub: "running" }
const running: HaproxyState = { file, unit, memory: "current", clustered: true, statesKept: true, hasVip: false }
const absent: HaproxyState = {
  file: { type: "absent" },
  unit: { load: "not-found", file: "", active: "inactive", sub: "dead" },
  memory: "none",
  clustered: false,
  statesKept: false,
  hasVip: false,
}

function does(want: unknown, have: HaproxyState): string[] {
  return judge(haproxyConfig, want, have).actions.map((action) =>
    action.type === "run" ? (action.label ?? action.argv.join(" ")) : action.type,
  )
}

const states = { ...byPacemaker, states: { socket: "/run/s" } }
const lost = { ...running, statesKept: false }
const KEEP = [
  "put",
  "have every reload of haproxy keep its servers' states: /etc/systemd/system/haproxy.service.d/haops.conf",
]

const RELOAD = ["systemctl reload -- haproxy.service", "wait"]

describe("haproxy-config", () => {
  describe("another copy of the inventory, whose hosts are in another order", () => {
    const servers = (password: string, ...names: string[]) =>
      [
        text.replace("hunter2", password),
        "listen web",
        "    balance roundrobin",
        ...names.map((name) => `    server ${name}`),
        "",
      ].join("\n")
    const node = servers("hunter2", "c2", "c1")
    const have = (written = node) => {
      const content = Buffer.from(written.replace(/admin:.*/, "admin:[secret]"))
      return { ...running, file: { ...file, sha256: sha256(written), content } }
    }
    const wants = (content: string) => ({ ...byPacemaker, content: new Secret(content) })

    test("changes nothing and reloads nothing", () => {
      expect(judge(haproxyConfig, wants(servers("hunter2", "c1", "c2")), have())).toEqual({
        drift: [],
        findings: [],
        actions: [],
      })
    })

    test("changes what it means: another password, another server, another mode of the file", () => {
      expect(does(wants(servers("hunter3", "c1", "c2")), have())).toEqual(["put", ...RELOAD])
      expect(does(wants(servers("hunter2", "c1", "c3")), have())).toEqual(["put", ...RELOAD])
      const readable = have()
      const actions = does(wants(servers("hunter2", "c1", "c2")), {
        ...readable,
        file: { ...readable.file, mode: "0644" },
      })
      expect(actions).toEqual(["chmod -- 0640 /etc/haproxy/haproxy.cfg"])
    })
  })

  test.each([true, false])("has systemd read its units anew unless a cluster watches some (%s)", (clustered) => {
    const [, action] = judge(haproxyConfig, states, { ...lost, clustered }).actions
    expect(JSON.stringify(action).includes("daemon-reload")).toBe(!clustered)
  })

  test.each<[string, unknown, HaproxyState, string[]]>([
    ["in sync under pacemaker", byPacemaker, running, []],
    ["in sync, stopped by pacemaker", byPacemaker, { ...running, memory: "none" }, []],
    ["absent", byPacemaker, absent, ["put"]],
    ["edited and running: reloaded", byPacemaker, { ...running, file: edited }, ["put", ...RELOAD]],
    ["edited and not running: nothing to reload", byPacemaker, { ...running, file: edited, memory: "none" }, ["put"]],
    ["an older configuration in memory", byPacemaker, { ...running, memory: "older" }, RELOAD],
    [
      "states lost at reloads, under a cluster: systemd rereads its units when pacemaker has it do so",
      states,
      lost,
      KEEP,
    ],
    [
      "states lost at reloads, before there is a cluster",
      states,
      { ...lost, file: edited, memory: "none", clustered: false },
      [...KEEP, "put"],
    ],
    ["states handed on by somebody else's words", byPacemaker, lost, []],
    [
      "readable by all",
      byPacemaker,
      { ...running, file: { ...file, mode: "0644" } },
      ["chmod -- 0640 /etc/haproxy/haproxy.cfg"],
    ],
    [
      "enabled in systemd",
      byPacemaker,
      { ...running, unit: { ...unit, file: "enabled" } },
      ["systemctl disable --quiet -- haproxy.service"],
    ],
    [
      "started before there is a cluster: stopped, not reloaded",
      byPacemaker,
      { ...running, file: edited, clustered: false },
      ["put", "systemctl stop -- haproxy.service"],
    ],
    [
      "absent, by systemd",
      bySystemd,
      absent,
      ["put", "systemctl enable --quiet -- haproxy.service", "systemctl start -- haproxy.service"],
    ],
    [
      "enabled until the next boot, by systemd",
      bySystemd,
      { ...running, unit: { ...unit, file: "enabled-runtime" }, clustered: false },
      ["systemctl enable --quiet -- haproxy.service"],
    ],
    ["in sync by systemd", bySystemd, { ...running, unit: { ...unit, file: "enabled" }, clustered: false }, []],
  ])("%s", (_title, want, have, actions) => {
    expect(does(want, have)).toEqual(actions)
  })

  test("checks the new file by the node's own haproxy, keeps the old one, and the secret a secret", () => {
    expect(judge(haproxyConfig, byPacemaker, absent).actions).toEqual([
      {
        type: "put",
        path,
        content,
        mode: "0640",
        owner: "root:haproxy",
        validate: ["haproxy", "-c", "-f", "{}"],
        backup: true,
      },
    ])
  })

  test("shows a diff without the password, and the risk of a reload", () => {
    const { drift } = judge(haproxyConfig, byPacemaker, { ...running, file: edited })
    expect(drift).toMatchObject([{ attribute: path, risk: "reload" }])
    expect(drift[0]?.diff).toContain("-listen old\n+listen stats\n     stats auth admin:[secret]")
    expect(JSON.stringify(drift)).not.toContain("hunter2")
  })

  test("says where only the password differs", () => {
    const other = { ...edited, content: Buffer.from(text.replace("hunter2", "[secret]")) }
    const { drift } = judge(haproxyConfig, byPacemaker, { ...running, file: other })
    expect(drift[0]?.diff).toBe(`${path} differs in a secret alone\n`)
  })

  test("stopping a haproxy that serves is as bad as a restart", () => {
    expect(judge(haproxyConfig, byPacemaker, { ...running, clustered: false }).drift).toMatchObject([
      { risk: "restart" },
    ])
  })

  test.each([true, false])("a host that holds a VIP (%s) has its turn after the others", (hasVip) => {
    const wanted = haproxyConfig.want!.parse({ ...byPacemaker, vips: ["10.0.0.11"] })
    expect(haproxyConfig.servesClients?.(wanted, { ...running, hasVip }, facts())).toBe(hasVip)
  })

  test("does not unmask what somebody masked", () => {
    const have = { ...running, unit: { ...unit, load: "masked" } }
    expect(judge(haproxyConfig, byPacemaker, have).findings).toMatchObject([{ severity: "error" }])
  })

  test("does not put the password into the probe", () => {
    expect(haproxyConfig.probe(haproxyConfig.want!.parse(byPacemaker)).script).not.toContain("hunter2")
  })

  test.each(["", "type absent\nmemory maybe\nunit LoadState=loaded\n", "type absent\nmemory none\n"])(
    "does not take %j for an answer",
    (stdout) => {
      expect(() => parse(haproxyConfig, byPacemaker, stdout)).toThrow()
    },
  )
})

describe.each(SHELLS)("what haproxy has in memory, in %s", (shell) => {
  /** A master that started 1000 s ago and a worker of `age` seconds, in a /proc of our own. */
  const ask = (pid: string, age: number, written: number) => {
    using box = sandbox({ systemctl: systemctlShow({ haproxy: { active: "active", pid: Number(pid) } }) })
    const at = (name: string, body: string) => {
      mkdirSync(join(box.path, name, ".."), { recursive: true })
      writeFileSync(join(box.path, name), body)
    }
    const stat = (seconds: number) =>
      `1 (ha) proxy) ${Array(19).fill("0").join(" ")} ${Math.round((5000 - seconds) * 100)} 0\n`
    at("proc/uptime", "5000.00 1.00\n")
    at("proc/10/stat", stat(1000))
    at("proc/10/task/10/children", "11 12 ")
    at("proc/11/stat", stat(age))
    at("haproxy.cfg", "")
    const mtime = Date.now() / 1000 - written
    utimesSync(join(box.path, "haproxy.cfg"), mtime, mtime)
    const script = haproxyMemory().replaceAll("/proc/", `${box.path}/proc/`)
    return run(`${script}\nhaproxy_memory ${join(box.path, "haproxy.cfg")}`, { shell, path: box.path }).stdout.trim()
  }

  test.each([
    ["nothing where it does not run", "0", 100, 50, "none"],
    ["the file where its newest worker started later", "10", 50, 100, "current"],
    ["the file where it started a moment after", "10", 99.8, 100, "current"],
    ["an older one where it started before", "10", 100, 50, "older"],
    ["who knows what where the file is from the future", "10", 100, -500, "current"],
  ])("is %s", (_title, pid, age, written, expected) => {
    expect(ask(pid, age, written)).toBe(expected)
  })
})
