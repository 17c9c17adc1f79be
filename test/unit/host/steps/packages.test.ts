import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../../src/components.ts"
import { POLICY_MARK, POLICY_PATH } from "../../../../src/host/packages/apt.ts"
import { keepsFrom, NO_LOCKS } from "../../../../src/host/packages/locks.ts"
import { NO_REPOSITORIES } from "../../../../src/host/packages/repositories.ts"
import { rpmOrder } from "../../../../src/host/packages/rpm-order.ts"
import type { PackageState } from "../../../../src/host/packages/state.ts"
import { packageStep } from "../../../../src/host/steps/package.ts"
import { packagesStep } from "../../../../src/host/steps/packages.ts"
import type { Action } from "../../../../src/model/action.ts"
import type { HaproxySettings } from "../../../../src/model/haproxy.ts"
import type { Pacemaker } from "../../../../src/model/inventory.ts"
import { context, facts, host, inventory, judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const packages = packagesStep(COMPONENTS)

const stack = { parts: ["tools", "cluster", "shell", "haproxy"] }
const DEBIAN12 = [
  "iproute2",
  "procps",
  "pacemaker",
  "pacemaker-cli-utils",
  "corosync",
  "resource-agents",
  "pcs",
  "haproxy",
  "fence-agents",
]
const el = facts({ os: "rocky", osVersion: "9.4", family: "el", packageManager: "dnf" })
const el7 = facts({ os: "centos", osVersion: "7", family: "el", packageManager: "yum" })
const suse = facts({ os: "sles", osVersion: "15.5", family: "suse", packageManager: "zypper" })

function have(names: readonly string[], changes: Partial<PackageState> = {}): PackageState {
  return {
    installed: new Map(names.map((name) => [name, "1.0-1"])),
    broken: new Map(),
    kept: new Set(),
    heldBy: undefined,
    policyLeft: false,
    locks: NO_LOCKS,
    ...changes,
  }
}

/** What follows the script and its `$0`. */
function command(action: Action | undefined): readonly string[] {
  return action?.type === "run" ? action.argv.slice(4) : []
}

const APT = [
  "apt-get",
  "-q",
  "-y",
  "--no-install-recommends",
  "-o",
  "DPkg::Lock::Timeout=600",
  "-o",
  "Dpkg::Options::=--force-confdef",
  "-o",
  "Dpkg::Options::=--force-confold",
]

describe("packages", () => {
  test("does nothing where all are there", () => {
    expect(judge(packages, stack, have(DEBIAN12))).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("installs only what is missing, quietly", () => {
    const { drift, actions } = judge(
      packages,
      stack,
      have(DEBIAN12.filter((name) => name !== "pcs" && name !== "haproxy")),
    )
    expect(drift.map(({ attribute, have: state }) => `${attribute} ${state}`)).toEqual(["pcs absent", "haproxy absent"])
    expect(actions.map(command)).toEqual([["quiet", ...APT, "install", "pcs", "haproxy"]])
  })

  test("takes a half-configured package for missing", () => {
    const rest = DEBIAN12.filter((name) => name !== "pcs")
    const { drift } = judge(packages, stack, have(rest, { broken: new Map([["pcs", "half-configured"]]) }))
    expect(drift).toMatchObject([{ attribute: "pcs", have: "half-configured", want: "installed" }])
  })

  test("names what is on hold beforehand, where that is in the way, and never overrides it", () => {
    const rest = DEBIAN12.filter((name) => name !== "pcs")
    const { findings } = judge(packages, stack, have(rest, { kept: new Set(["pcs", "haproxy"]) }))
    expect(findings).toEqual([
      {
        severity: "error",
        message: "pcs is needed, and on hold: somebody told apt to leave it alone",
        hint: "If that is over, on the host: apt-mark unhold pcs",
      },
    ])
    const other = { name: "chrony", version: "2" }
    expect(judge(packageStep, other, have(["chrony"], { kept: new Set(["chrony"]) })).findings).toHaveLength(1)
  })

  const locks = (text: string) => parse(packageStep, { name: "x" }, text).locks

  test("names what zypper was told to leave alone, as its list of locks matches names", () => {
    // As `zypper addlock` writes them, and as locks(5) of libzypp has them by hand.
    const list = `
type: package
match_type: glob
case_sensitive: on
solvable_name: crm*

type: pattern
match_type: exact
solvable_name: haproxy

solvable_name: HAproxy
version: > 2.0

match_type: exact
solvable_name: pacemak

match_type: regex
solvable_name: ^coro(sync$`
    const own = locks(list.replaceAll(/^/gm, "zypplock "))
    const [finding, ...more] = judge(
      packages,
      { parts: ["shell", "haproxy", "cluster"] },
      have([], { locks: own }),
      suse,
    ).findings
    expect(more).toEqual([])
    expect(finding).toEqual({
      severity: "error",
      message: "crmsh is needed, and on hold: somebody told zypper to leave it alone",
      hint: "If that is over, on the host: zypper removelock crmsh",
    })
    // By default a part of the name will do, in any case.
    expect(locks("zypplock solvable_name: ROX").locked("haproxy")).toBe(true)
    expect(locks("zypplock solvable_name: rox\nzypplock install_status: installed").locked("haproxy")).toBe(false)
  })

  test("names a version that dnf or yum were told to keep to, and refuses another one", () => {
    const list = `
# Added lock on Sat Oct  3 00:35:17 2026
haproxy-0:2.4.22-3.el9.*

# Added exclude on Sat Oct  3 00:36:17 2026
!pcs-0:0.11.4-7.el9.*
resource-agents*-0:4.10.0-44.el9.*`
    const own = locks(list.replaceAll(/^/gm, "versionlock "))
    expect(judge(packages, { parts: ["haproxy", "cluster"] }, have([], { locks: own }), el).findings).toEqual([
      {
        severity: "warning",
        message: "haproxy is needed, and somebody told dnf to take 2.4.22-3.el9 only",
        hint: "If that is over, on the host: dnf versionlock delete haproxy",
      },
      {
        severity: "warning",
        message: "resource-agents is needed, and somebody told dnf to take 4.10.0-44.el9 only",
        hint: "If that is over, on the host: dnf versionlock delete resource-agents",
      },
    ])
    const asks = (version: string, of = el) =>
      judge(packageStep, { name: "haproxy", version }, have([], { locks: own }), of).findings
    expect(asks("2.4.*")).toEqual([])
    expect(asks("2.4.22-3.el9")).toEqual([])
    expect(asks("2.8.*")).toEqual([
      {
        severity: "error",
        message: "haproxy is needed as 2.8.*, and somebody told dnf to take 2.4.22-3.el9 only",
        hint: "If that is over, on the host: dnf versionlock delete haproxy",
      },
    ])
    // yum has the epoch in front of all.
    expect(locks("versionlock 0:java-1.8.0-openjdk-1.8.0.442-2.el7.*").versions("java-1.8.0-openjdk")).toEqual([
      "1.8.0.442-2.el7",
    ])
    expect(locks("versionlock kernel*").versions("kernel-core")).toEqual(["*"])
  })

  test("knows what dnf5 was told to keep to: exact versions, ranges and what is left out", () => {
    const file = `version = "1.0"

# comment
[[packages]]
name = "haproxy"
comment = "Added by 'versionlock add' command"
[[packages.conditions]]
key = "evr"
comparator = "="
value = "0:2.8.14-1.fc41"

[[packages]]
name = "resource-agents*"
[[packages.conditions]]
key = "arch"
comparator = "="
value = "x86_64"
[[packages.conditions]]
key = 'evr'
comparator = '='
value = '4.16.0-2.fc41'

[[packages]]
name = "pcs"
[[packages.conditions]]
key = "evr"
comparator = "!="
value = "0:0.12.0-1.fc41"
`
    const own = locks(file.replaceAll(/^/gm, "dnf5lock "))
    expect(["haproxy", "resource-agents-paf", "pcs", "corosync"].map((name) => own.versions(name))).toEqual([
      ["2.8.14-1.fc41"],
      ["4.16.0-2.fc41"],
      undefined,
      undefined,
    ])
    expect(own.ranges("pcs").map(({ words }) => words)).toEqual(["!= 0:0.12.0-1.fc41"])
    expect(["0.12.0-1.fc41", "0.12.0-2.fc41"].map((version) => keepsFrom(own, "pcs", version))).toEqual([true, false])
    expect(["2.8.14-1.fc41", "3.0-1"].map((version) => keepsFrom(own, "haproxy", version))).toEqual([false, true])
    expect(keepsFrom(own, "corosync", "9-1")).toBe(false)
  })

  test("a range of dnf5's is told, all of its conditions together, and of several one is enough", () => {
    const condition = (comparator: string, value: string) =>
      `[[packages.conditions]]\nkey = "evr"\ncomparator = "${comparator}"\nvalue = "${value}"\n`
    const entry = (...conditions: string[]) => `[[packages]]\nname = "pcs"\n${conditions.join("")}`
    const text = entry(condition(">=", "0.11"), condition("<", "0.12")) + entry(condition("=", "1.0-1.fc41"))
    const own = locks(text.trimEnd().replaceAll(/^/gm, "dnf5lock "))
    const kept = ["0.10.9-1", "0.11-1", "0.11.9-1", "0.12~rc1-1", "0.12-1", "1.0-1.fc41", "1.0-2.fc41"]
    expect(kept.filter((version) => keepsFrom(own, "pcs", version))).toEqual(["0.10.9-1", "0.12-1", "1.0-2.fc41"])
    expect(judge(packages, { parts: ["shell"] }, have([], { locks: own }), el).findings).toMatchObject([
      {
        severity: "warning",
        message: "pcs is needed, and somebody told dnf to take 1.0-1.fc41 and >= 0.11 < 0.12 only",
      },
    ])
  })

  test.each([
    ["1.0", "1.0", 0],
    ["1.10", "1.9", 1],
    ["1.0a", "1.0", 1],
    ["1.0~rc1", "1.0", -1],
    ["1.0^git1", "1.0", 1],
    ["1.0^git1", "1.0.1", -1],
    ["a", "1", -1],
    ["01", "1", 0],
    ["1.0-2", "1.0-10", -1],
    ["1.0-2", "1.0", 0],
    ["1:1.0", "2.0", -1],
    ["1:1.0", "0:2.0", 1],
  ])("rpm orders %s and %s: %d", (one, other, order) => {
    expect(Math.sign(rpmOrder(one, other))).toBe(order)
    expect(Math.sign(rpmOrder(other, one))).toBe(-order + 0)
  })

  test("names what dnf leaves out of its repositories, and modules that are off, before anything is installed", () => {
    const repositories = {
      ...NO_REPOSITORIES,
      enabled: ["appstream", "highavailability"],
      excludes: [
        { from: "main", pattern: "pace*" },
        { from: "appstream", pattern: "haproxy" },
        { from: "main", pattern: "kernel*" },
      ],
      modulesOff: ["pcs", "nodejs"],
    }
    expect(judge(packages, stack, have([], { repositories }), el).findings).toEqual([
      {
        severity: "error",
        message: "pacemaker and pacemaker-cli are needed, and excluded: somebody told dnf to leave out pace*",
        hint: "If that is over, take it out of the exclude line of /etc/dnf/dnf.conf.",
      },
      {
        severity: "warning",
        message: "haproxy is needed, and excluded: somebody told dnf to leave out haproxy of repository appstream",
        hint: "If that is over, take it out of repository appstream's exclude line.",
      },
      {
        severity: "warning",
        message: "pcs is needed, and the module pcs is disabled",
        hint: "If that is over, on the host: dnf module reset pcs",
      },
    ])
    const there = ["iproute", "procps-ng", "pacemaker", "pacemaker-cli", "corosync", "resource-agents"]
    const all = [...there, "fence-agents-all", "pcs", "haproxy"]
    expect(judge(packages, stack, have(all, { repositories }), el).findings).toEqual([])
  })

  test("waits for the lock first, naming who holds it", () => {
    const { actions } = judge(packages, stack, have([], { heldBy: "unattended-upgr (pid 812)" }))
    expect(actions.map(({ type }) => type)).toEqual(["wait", "run"])
    expect(actions[0]).toMatchObject({ for: "the package manager's lock, held by unattended-upgr (pid 812)" })
  })

  test("clears away its own policy-rc.d that a run left behind", () => {
    const { actions } = judge(packages, stack, have(DEBIAN12, { policyLeft: true }))
    expect(actions).toEqual([{ type: "run", argv: ["rm", "-f", "--", POLICY_PATH] }])
  })

  test("takes from Debian 13's split fence agents those in use", () => {
    const want = { parts: ["cluster"], fencing: ["stonith:fence_idrac", "fence_vmware_rest", "external/ssh"] }
    const { drift } = judge(packages, want, have([]), facts({ osVersion: "13" }))
    expect(drift.map(({ attribute }) => attribute)).toEqual([
      ...["pacemaker", "pacemaker-cli-utils", "corosync", "resource-agents"],
      ...["fence-agents-common", "fence-agents-ipmilan", "fence-agents-redfish", "fence-agents-vmware-rest"],
    ])
  })

  test.each([
    ["stonith:fence_ipmilan", ["fence-agents", "ipmitool"]],
    ["fence_ilo4", ["fence-agents", "ipmitool"]],
    ["fence_apc", ["fence-agents"]],
  ])("brings with Debian 12's fence agents what %s calls, which their package does not", (agent, names) => {
    const want = { parts: ["cluster"], fencing: [agent] }
    const { drift } = judge(packages, want, have([]), facts({ osVersion: "12" }))
    expect(drift.map(({ attribute }) => attribute).slice(4)).toEqual(names)
  })

  test("has the names and the command of Enterprise Linux 8 and 9", () => {
    const { actions } = judge(packages, stack, have([]), el)
    expect(actions.map(command)).toEqual([
      [
        ...["dnf", "-q", "-y", "--setopt=install_weak_deps=False", "install", "iproute", "procps-ng", "pacemaker"],
        ...["pacemaker-cli", "corosync", "resource-agents", "fence-agents-all", "pcs", "haproxy"],
      ],
    ])
  })

  test("has the command of Enterprise Linux 7 and of SUSE", () => {
    const one = (of: typeof el) => judge(packages, { parts: ["shell"] }, have([]), of).actions.map(command)
    expect(one(el7)).toEqual([["yum", "-q", "-y", "--setopt=skip_missing_names_on_install=False", "install", "pcs"]])
    expect(one(suse)).toEqual([["zypper", "--non-interactive", "--quiet", "install", "--no-recommends", "crmsh"]])
  })

  test("wants on each host what the inventory runs there", () => {
    const [controller, lb] = [host("c", "10.0.0.1"), host("l", "10.0.0.2", { group: "loadbalancers" })]
    const pacemaker = { on: "controllers", shell: "auto", fencing: [{ agent: "fence_apc" }] } as unknown as Pacemaker
    const haproxy = { on: ["loadbalancers"] } as unknown as HaproxySettings
    const all = inventory([controller, lb], { pacemaker, haproxy })
    expect(packages.bind?.(context(all, controller))).toEqual({
      parts: ["tools", "cluster", "shell"],
      fencing: ["fence_apc"],
    })
    expect(packages.bind?.(context(all, lb))).toEqual({ parts: ["tools", "haproxy"], fencing: [] })
    expect(packages.bind?.(context(inventory([controller]), controller))).toBeUndefined()
  })
})

describe("package", () => {
  test.each([
    ["any version will do", { name: "chrony" }, []],
    ["the version is there", { name: "chrony", version: "1.0-1" }, []],
    ["the version matches", { name: "chrony", version: "1.*" }, []],
    [
      "another version",
      { name: "chrony", version: "2.0" },
      [["start", ...APT, "--allow-downgrades", "install", "chrony=2.0"]],
    ],
    ["a list", { name: ["chrony", "jq"], start: false }, [["quiet", ...APT, "install", "jq"]]],
  ])("%s", (_title, want, commands) => {
    expect(judge(packageStep, want, have(["chrony"])).actions.map(command)).toEqual(commands)
  })

  test("asks dnf for a version in its spelling", () => {
    const { actions } = judge(packageStep, { name: "haproxy", version: "2.4.*" }, have([]), el)
    expect(command(actions[0])).toEqual([
      "dnf",
      "-q",
      "-y",
      "--setopt=install_weak_deps=False",
      "install",
      "haproxy-2.4.*",
    ])
  })

  test("a change of version counts as a restart", () => {
    expect(judge(packageStep, { name: "chrony", version: "2" }, have(["chrony"])).drift).toMatchObject([
      { risk: "restart" },
    ])
  })

  test.each([{ name: "a b" }, { name: "-o" }, { name: [] }, { name: ["a", "b"], version: "1" }, { nam: "a" }])(
    "refuses %j",
    (wrong) => {
      expect(packageStep.want!.safeParse(wrong).success).toBe(false)
    },
  )

  test.each(["deb chrony installed\n", "rpm chrony\n", "oops\n"])("does not take %j for an answer", (stdout) => {
    expect(() => parse(packageStep, { name: "chrony" }, stdout)).toThrow()
  })
})

describe.each(SHELLS)("the package probe in %s", (shell) => {
  const probe = packageStep.probe(packageStep.want!.parse({ name: ["a", "b"] }))
  const ask = (programs: Record<string, string>) => {
    using box = sandbox(programs)
    return probe.parse(run(probe.script, { shell, path: box.path }))
  }

  test("understands dpkg-query, where a name that it does not know is an answer", () => {
    const lines =
      "printf 'deb a installed 1:2.0-1 install\\ndeb b half-configured 3 install\\ndeb c not-installed  hold\\n'"
    expect(ask({ "dpkg-query": `${lines}; exit 1` })).toMatchObject({
      installed: new Map([["a", "1:2.0-1"]]),
      broken: new Map([["b", "half-configured"]]),
      kept: new Set(["c"]),
    })
  })

  const rpm = (body: string) => {
    using box = sandbox({ rpm: body })
    const script = probe.script.replace("command -v dpkg-query", "command -v no-dpkg-here")
    return probe.parse(run(script, { shell, path: box.path }))
  }

  test("understands rpm, where a package that is missing is an answer", () => {
    const have = rpm("printf 'a 2.0-1.el9\\npackage b is not installed\\n'; exit 1")
    expect(have.installed).toEqual(new Map([["a", "2.0-1.el9"]]))
  })

  test("fails on rpm's broken database, which calls every package missing", () => {
    expect(() =>
      rpm("echo 'error: cannot open Packages database' >&2; echo 'package a is not installed'; exit 2"),
    ).toThrow()
  })

  test("reads the locks of dnf and zypper from their files, unless the plugin is off", () => {
    using box = sandbox({ "dpkg-query": "exit 1" })
    const at = (path: string) => join(box.path, path)
    mkdirSync(at("dnf/plugins"), { recursive: true })
    mkdirSync(at("zypp"))
    writeFileSync(at("dnf/plugins/versionlock.list"), "\n# Added lock\npcs-0:0.11.4-7.el9.*")
    writeFileSync(at("zypp/locks"), "\ntype: package\nmatch_type: glob\nsolvable_name: crm*\n\n")
    const script = probe.script.replaceAll("/etc/", `${box.path}/`)
    const read = () => probe.parse(run(script, { shell, path: box.path })).locks
    expect([read().versions("pcs"), read().locked("crmsh"), read().locked("pcs")]).toEqual([
      ["0.11.4-7.el9"],
      true,
      false,
    ])
    writeFileSync(at("dnf/plugins/versionlock.conf"), "[main]\nenabled = 0\n")
    expect(read().versions("pcs")).toBeUndefined()
    const entry =
      '[[packages]]\nname = "pcs"\n[[packages.conditions]]\nkey = "evr"\ncomparator = "="\nvalue = "0:0.12.0-1.fc41"\n'
    writeFileSync(at("dnf/versionlock.toml"), `version = "1.0"\n${entry}`)
    expect(read().versions("pcs")).toEqual(["0.12.0-1.fc41"])
  })

  test("fails where dpkg-query fails", () => {
    expect(() => ask({ "dpkg-query": "exit 2" })).toThrow()
  })
})

describe("the installation's script", () => {
  const apt = (box: string, mode: "quiet" | "start", lists: boolean) => {
    const action = judge(packageStep, { name: "jq", start: mode === "start" }, have([])).actions[0]
    const argv = action?.type === "run" ? action.argv : []
    const script = (argv[2] ?? "")
      .replaceAll(POLICY_PATH, join(box, "policy-rc.d"))
      .replaceAll("/var/lib/apt/lists/", box)
    if (lists) writeFileSync(join(box, "deb_Packages"), "")
    const env = { ...process.env, PATH: `${box}:${process.env.PATH}`, BOX: box }
    return spawnSync("sh", ["-c", script, ...argv.slice(3)], { env, encoding: "utf8" })
  }
  const LOG =
    'for word; do last=$word; done; echo "$last" >>"$BOX/calls"; cat "$BOX/policy-rc.d" >>"$BOX/policy-seen" 2>/dev/null'
  const calls = (box: string) => readFileSync(join(box, "calls"), "utf8").trim().split("\n")

  test("does not fetch the index where the installation works", () => {
    using box = sandbox({ "apt-get": LOG, systemctl: "exit 0" })
    expect(apt(box.path, "quiet", true)).toMatchObject({ status: 0, stdout: "", stderr: "" })
    expect(calls(box.path)).toEqual(["jq"])
  })

  test("says no to service starts while it installs, and not a moment longer", () => {
    using box = sandbox({ "apt-get": `${LOG}; [ "$last" = update ] || exit 100`, systemctl: "exit 0" })
    expect(apt(box.path, "quiet", true).status).toBe(100)
    expect(readFileSync(join(box.path, "policy-seen"), "utf8")).toBe(`#!/bin/sh\n# ${POLICY_MARK}\nexit 101\n`)
    expect(existsSync(join(box.path, "policy-rc.d"))).toBe(false)
  })

  test("leaves a policy of somebody else's in charge", () => {
    using box = sandbox({ "apt-get": LOG, systemctl: "exit 0", "policy-rc.d": "exit 0" })
    apt(box.path, "quiet", true)
    expect(readFileSync(join(box.path, "policy-rc.d"), "utf8")).toBe("#!/bin/sh\nexit 0\n")
  })

  test("lets services start where that is wanted", () => {
    using box = sandbox({ "apt-get": LOG })
    apt(box.path, "start", true)
    expect(readFileSync(join(box.path, "policy-seen"), "utf8")).toBe("")
  })

  test("fetches the index where there is none", () => {
    using box = sandbox({ "apt-get": LOG, systemctl: "exit 0" })
    apt(box.path, "quiet", false)
    expect(calls(box.path)).toEqual(["update", "jq"])
  })

  test("fetches the index and tries again where the package is not known", () => {
    const unknown =
      'if [ "$last" = update ]; then touch "$BOX/fresh"; elif [ ! -e "$BOX/fresh" ]; then echo "E: Unable to locate package jq" >&2; exit 100; fi'
    using box = sandbox({ "apt-get": `${LOG}; ${unknown}`, systemctl: "exit 0" })
    expect(apt(box.path, "quiet", true).status).toBe(0)
    expect(calls(box.path)).toEqual(["jq", "update", "jq"])
  })

  test("passes on the manager's words and code where it fails", () => {
    using box = sandbox({
      "apt-get": `${LOG}; echo "E: Sub-process dpkg returned an error" >&2; exit 100`,
      systemctl: "exit 0",
    })
    expect(apt(box.path, "quiet", true)).toMatchObject({
      status: 100,
      stderr: "E: Sub-process dpkg returned an error\n",
    })
    expect(calls(box.path)).toEqual(["jq"])
  })

  test("passes on what dnf says of a package that it does not know", () => {
    using box = sandbox({ dnf: "echo 'Error: Unable to find a match: pcs' >&2; exit 1" })
    const action = judge(packages, { parts: ["shell"] }, have([]), el).actions[0]
    const argv = action?.type === "run" ? action.argv : []
    const env = { PATH: `${box.path}:${process.env.PATH}` }
    expect(spawnSync(argv[0] ?? "", argv.slice(1), { env, encoding: "utf8" })).toMatchObject({
      status: 1,
      stderr: "Error: Unable to find a match: pcs\n",
    })
    expect(action).toMatchObject({ hint: expect.stringContaining("dnf repolist all") })
  })
})
