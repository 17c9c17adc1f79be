import { describe, expect, test } from "vitest"
import { quote } from "../../../src/base/sh.ts"
import { COMPONENTS } from "../../../src/components.ts"
import { readLocks } from "../../../src/host/packages/locks.ts"
import type { Action, RunAction, WaitAction } from "../../../src/model/action.ts"
import type { CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import { dueOf, unitsOf } from "../../../src/upgrade/due.ts"
import { markOf, type UpgradeState, upgradeProbe } from "../../../src/upgrade/state.ts"
import { upgradeStep } from "../../../src/upgrade/step.ts"
import { packagesOf } from "../../../src/upgrade/want.ts"
import { facts, run, sandbox } from "../step-harness.ts"
import { installed, members, NODES, resource, state, status, VIP, want } from "./lab.ts"

const NEWER = { haproxy: "2.6.12-2", pacemaker: "2.1.5-2", libcib27: "2.1.5-2" }
const step = upgradeStep(COMPONENTS)

/** c3 has the VIP. */
function three(changes: Record<string, Partial<UpgradeState>> = {}, offered: Record<string, string> = NEWER) {
  return {
    c1: state(changes.c1, offered),
    c2: state(changes.c2, offered),
    c3: state({ addresses: new Set([VIP]), ...changes.c3 }, offered),
  }
}

const actions = (host: string, haves = three(), changes = {}) => {
  const seen = members(host, haves)
  const wanted = want(host, changes)
  return step.plan(wanted, seen, step.check(wanted, seen)).map(wording)
}

function wording(action: Action): string {
  if (action.type === "wait") return `wait for ${action.for}`
  return action.type === "run" ? (action.label ?? action.argv.join(" ")) : action.path
}

const waits = (host: string, haves = three(), changes = {}) =>
  step.mustWait?.(want(host, changes), members(host, haves))

describe("what is due", () => {
  test("what the repositories have, and what was built along with it", () => {
    expect(dueOf(["pacemaker"], undefined, three().c1).changes).toEqual([
      { name: "pacemaker", from: "2.1.5-1", to: "2.1.5-2" },
      { name: "libcib27", from: "2.1.5-1", to: "2.1.5-2" },
    ])
    expect(dueOf(["pacemaker", "haproxy"], undefined, state()).changes).toEqual([])
  })

  test("one version, in any packaging, or one that begins so; what is not to be had is told", () => {
    const have = state({
      offers: { candidates: new Map(), versions: new Map([["haproxy", ["2.8.3-1", "2.6.14-1", "2.6.12-1"]]]) },
    })
    const to = (version: string) => {
      const { changes, missing } = dueOf(["haproxy", "pacemaker"], version, have)
      return [...changes.map((one) => one.to), ...missing.map(({ name }) => `no ${name}`)]
    }
    expect(to("2.6.14")).toEqual(["2.6.14-1"])
    expect(to("2.6.*")).toEqual(["2.6.14-1"])
    expect(to("2.6.12")).toEqual([])
    expect(to("2.6")).toEqual(["no haproxy"])
  })

  test("a package on hold stays, and is named", () => {
    const held = [{ ...installed("haproxy", "2.6.12-1"), kept: true }]
    const seen = members("c1", three({ c1: { installed: held } }))
    expect(step.check(want("c1"), seen)).toEqual([])
    expect(step.findings?.(want("c1"), seen)).toEqual([
      expect.objectContaining({ severity: "warning", message: "haproxy is on hold, and stays as it is" }),
    ])
  })

  test.each([
    ["dnf", "versionlock haproxy-0:2.6.12-1.*", "dnf versionlock delete haproxy", [] as string[]],
    ["dnf", "versionlock haproxy-0:2.6.12-2.*", undefined, ["haproxy"]],
    [
      "zypper",
      "zypplock type: package\nzypplock match_type: glob\nzypplock solvable_name: haproxy",
      "zypper removelock haproxy",
      [],
    ],
  ] as const)("what %s was told to leave alone stays too: %s", (manager, said, release, changed) => {
    const lines = said.split("\n").map((line) => line.split(/ (.*)/) as [string, string])
    const locks = readLocks((key) => lines.flatMap(([name, rest]) => (name === key ? [rest] : [])))
    const { all, ...rest } = members(
      "c1",
      three({ c1: { manager, locks, installed: [installed("haproxy", "2.6.12-1")] } }),
    )
    const seen = { ...rest, all, elected: { ...rest.elected, facts: facts({ host: "c1", packageManager: manager }) } }
    expect(step.check(want("c1"), seen).map(({ attribute }) => attribute)).toEqual(changed)
    const hints = (step.findings?.(want("c1"), seen) ?? []).map(({ hint }) => hint)
    expect(hints).toEqual(release === undefined ? [] : [`If that is over, on the host: ${release}`])
  })

  test("what was built along with a package on hold stays with it", () => {
    const all = state({}, NEWER).installed.map((one) => ({ ...one, kept: one.name === "pacemaker" }))
    const seen = members("c1", three({ c1: { installed: all } }))
    expect(step.check(want("c1"), seen).map(({ attribute }) => attribute)).toEqual(["haproxy"])
    expect(step.findings?.(want("c1"), seen)).toEqual([
      expect.objectContaining({
        message: "pacemaker is on hold, and stays as it is; and so does libcib27, built along",
        hint: "If that is over, on the host: apt-mark unhold pacemaker",
      }),
    ])
  })

  test("a library restarts what it was built along with", () => {
    const runs = { pacemaker: ["pacemaker"], haproxy: ["haproxy"] }
    expect(unitsOf([{ name: "libcib27" }], state(), runs)).toEqual(["pacemaker"])
    expect(unitsOf([], state({ unfinished: { units: ["haproxy"], standby: true } }), runs)).toEqual(["haproxy"])
  })
})

test.each([
  ["c1", "haproxy", "restart"],
  ["c3", "haproxy", "failover"],
  ["c3", "libcib27", "failover"],
  ["c1", "pcs", "restart"],
  // pcsd is in no client's way: the VIP stays where it is.
  ["c3", "pcs", "restart"],
  ["c3", "fence-agents", "none"],
])("on %s, where c3 has the VIP, a newer %s costs: %s", (name, newer, risk) => {
  const more = [...state().installed, installed("pcs", "0.11.5-1"), installed("fence-agents", "4.12-1")]
  const each = { installed: more }
  const seen = members(name, three({ c1: each, c2: each, c3: each }, { [newer]: "9-1" }))
  const drift = step.check(want(name, { parts: ["cluster", "shell", "haproxy", "fencing"] }), seen)
  expect(drift).toMatchObject([{ attribute: newer, want: "9-1", risk }])
})

describe("a node's turn", () => {
  test("standby, packages, the cluster and haproxy restarted, back, proved", () => {
    expect(actions("c1")).toEqual([
      "remember what is under way",
      "crm_attribute --node c1 --name standby --update on",
      "wait for the resources of c1 to move away",
      "apt install haproxy=2.6.12-2 pacemaker=2.1.5-2 libcib27=2.1.5-2",
      "systemctl daemon-reload",
      "systemctl stop pacemaker",
      "systemctl start pacemaker",
      "wait for c1 to be online with quorum",
      "systemctl try-restart haproxy",
      "crm_attribute --node c1 --name standby --delete",
      "crm_attribute --node c1 --name standby --lifetime reboot --delete",
      "wait for the resources of c1 to start",
      "wait for c1 to be well",
      "rm -f -- /var/lib/haops/upgrade",
    ])
  })

  test("nothing may be removed for it, and its scripts restart nothing", () => {
    const seen = members("c1", three())
    const all = step.plan(want("c1"), seen, step.check(want("c1"), seen))
    const [install] = all.filter((one) => one.type === "run" && one.argv.includes("haops-apt")) as RunAction[]
    expect(install?.argv).toEqual(expect.arrayContaining(["quiet", "--no-remove", "haproxy=2.6.12-2"]))
  })

  test("a host that only brings pacemaker's package, as a quorum device's does, gets no cluster started", () => {
    const changes = { cluster: undefined, vips: [], haproxy: undefined }
    const host = state({ status: undefined, active: new Set() })
    const have = { ...host, offers: { ...host.offers, candidates: new Map([["pacemaker", "2.1.5-2"]]) } }
    expect(actions("c1", { ...three(), c1: have }, changes)).toEqual([
      "remember what is under way",
      "apt install pacemaker=2.1.5-2",
      "systemctl daemon-reload",
      "rm -f -- /var/lib/haops/upgrade",
    ])
  })

  test("a VIP that an operator has stopped is not waited for", () => {
    const proofOf = (disabled: boolean) => {
      const resources = [{ ...resource("vip", disabled ? [] : ["c3"]), disabled }]
      const seen = members("c1", three({ c1: { status: status({ resources }) } }))
      const all = step.plan(want("c1"), seen, step.check(want("c1"), seen))
      return all.find((one): one is WaitAction => one.type === "wait" && one.for === "c1 to be well")?.script
    }
    expect(proofOf(false)).toContain("vip does not run yet")
    expect(proofOf(true)).not.toMatch(/vip|10\.0\.0\.11/)
  })

  test("one that was cut short goes on: no new packages, the restarts, and back from its own standby", () => {
    const cut = { unfinished: { units: ["haproxy"], standby: true } }
    const node = { ...status().nodes[0]!, standby: true }
    const haves = three({ c1: { ...cut, status: status({ nodes: [node, ...status().nodes.slice(1)] }) } }, {})
    expect(actions("c1", haves)).toEqual([
      "remember what is under way",
      "systemctl daemon-reload",
      "systemctl try-restart haproxy",
      "crm_attribute --node c1 --name standby --delete",
      "crm_attribute --node c1 --name standby --lifetime reboot --delete",
      "wait for the resources of c1 to start",
      "wait for c1 to be well",
      "rm -f -- /var/lib/haops/upgrade",
    ])
  })

  test("one that an operator put in standby stays so", () => {
    const node = { ...status().nodes[0]!, standby: true }
    const haves = three({ c1: { status: status({ nodes: [node, ...status().nodes.slice(1)] }) } })
    expect(actions("c1", haves).filter((text) => text.includes("standby"))).toEqual([])
  })

  test("a host of keepalived's gives its VIP up before, and takes it again after", () => {
    const lb = { cluster: undefined, vips: [], haproxy: undefined }
    const have = state({ status: undefined, active: new Set(["haproxy", "keepalived"]) }, { haproxy: "2.6.12-2" })
    expect(actions("c1", { ...three(), c1: have }, lb)).toEqual([
      "remember what is under way",
      "systemctl stop keepalived",
      "apt install haproxy=2.6.12-2",
      "systemctl daemon-reload",
      "systemctl try-restart haproxy",
      "systemctl start keepalived",
      "rm -f -- /var/lib/haops/upgrade",
    ])
  })

  test("one that stopped keepalived and was cut short has it started by the next", () => {
    const lb = { cluster: undefined, vips: [], haproxy: undefined }
    const have = state({ status: undefined, active: new Set(["haproxy", "keepalived"]) }, { haproxy: "2.6.12-2" })
    const seen = members("c1", { ...three(), c1: have })
    const [marked] = step.plan(want("c1", lb), seen, []) as RunAction[]
    expect(marked?.argv.at(-1)).toBe("restart haproxy\nrestart keepalived")
    const unfinished = { units: ["haproxy", "keepalived"], standby: false }
    const cut = state({ status: undefined, active: new Set(["haproxy"]), unfinished })
    expect(actions("c1", { ...three(), c1: cut }, lb)).toEqual([
      "remember what is under way",
      "systemctl daemon-reload",
      "systemctl try-restart haproxy, or start it where it has failed",
      "systemctl start keepalived",
      "rm -f -- /var/lib/haops/upgrade",
    ])
  })

  test("clients of what restarts are sent to other hosts' first, where it has clients", () => {
    const newer = { ...NEWER, "mariadb-server": "1:10.11.6-2" }
    const database = installed("mariadb-server", "1:10.11.6-1")
    const detours = {
      mariadb: {
        before: [{ type: "run" as const, on: "c2", argv: [], label: "drain" }],
        after: [{ type: "run" as const, on: "c2", argv: [], label: "take back" }],
        hint: "It stays drained.",
      },
    }
    const changes = { cluster: undefined, parts: ["galera"], detours }
    const haves = (active: readonly string[]) => ({
      ...three(),
      c1: state({ installed: [database], active: new Set(active) }, newer),
    })
    const having = (active: readonly string[]) => actions("c1", haves(active), changes)
    const seen = members("c1", haves(["mariadb"]))
    const hints = step
      .plan(want("c1", changes), seen, step.check(want("c1", changes), seen))
      .flatMap((one) => ("hint" in one && one.hint !== undefined ? `${wording(one)}: ${one.hint}` : []))
    expect(hints.slice(1)).toEqual([
      "systemctl try-restart mariadb: It stays drained.",
      expect.stringMatching(/^wait for mariadb to serve again: .* It stays drained\.$/),
    ])
    expect(having(["mariadb"]).slice(-5)).toEqual([
      "drain",
      "systemctl try-restart mariadb",
      "wait for mariadb to serve again",
      "take back",
      "rm -f -- /var/lib/haops/upgrade",
    ])
    expect(having([])).not.toContain("drain")
  })

  test.each([
    ["failed", ["start rabbitmq-server"]],
    ["active", ["try-restart rabbitmq-server"]],
    ["inactive", ["try-restart rabbitmq-server"]],
  ])("what an earlier run's restart left %s is not passed over", (is, asked) => {
    const cut = state({ unfinished: { units: ["rabbitmq-server"], standby: false } })
    const seen = members("c1", { ...three(), c1: cut })
    const all = step.plan(want("c1"), seen, step.check(want("c1"), seen)) as RunAction[]
    const retried = all.find(({ label }) => label?.includes("rabbitmq-server"))
    using box = sandbox({
      systemctl: `[ "$1" != --quiet ] && { echo "$@"; exit; }\n[ "$2" = is-failed ] && [ ${is} = failed ]`,
    })
    const { stdout } = run((retried?.argv ?? []).map((word) => quote(`${word}`)).join(" "), { path: box.path })
    expect(stdout.trim().split("\n")).toEqual(asked)
  })

  test("the mark tells what is owed, and is read back", () => {
    const unfinished = { units: ["pacemaker", "haproxy"], standby: true }
    const parts = {
      stock: "",
      manager: "manager apt",
      mark: markOf(unfinished),
      status: "",
      addresses: "",
      active: "haproxy\n",
    }
    const stdout = Object.entries(parts)
      .map(([name, text]) => `@@haops ${name}\n${text}\n`)
      .join("")
    expect(upgradeProbe(["haproxy"], ["haproxy"]).parse({ stdout, stderr: "" })).toMatchObject({ unfinished })
  })
})

describe("whose turn it is", () => {
  test("those that carry a VIP come last", () => {
    expect(["c1", "c2"].map((host) => waits(host))).toEqual([undefined, undefined])
    expect(waits("c3")).toBe("it carries a VIP, and c1 and c2 come first")
    const done = three({ c1: { offers: state().offers }, c2: { offers: state().offers } })
    expect(waits("c3", done)).toBeUndefined()
  })

  test("nobody's, while another one's was cut short", () => {
    const haves = three({ c2: { unfinished: { units: [], standby: true } } })
    expect(waits("c1", haves)).toBe("the upgrade of c2 was cut short, and comes first")
    expect(waits("c2", haves)).toBeUndefined()
  })

  test("that of one that was cut short, though it carries a VIP again and others have newer packages too", () => {
    const haves = three({ c3: { unfinished: { units: ["haproxy"], standby: true } } })
    expect(NODES.map((host) => waits(host, haves))).toEqual([
      "the upgrade of c3 was cut short, and comes first",
      "the upgrade of c3 was cut short, and comes first",
      undefined,
    ])
  })

  test("not that of one that was cut short, where the others would lose quorum by its corosync's restart", () => {
    const seen = status({ nodes: status().nodes.map((node) => ({ ...node, online: node.name !== "c2" })) })
    const why = (units: readonly string[], own: CrmStatus | undefined) =>
      waits("c1", three({ c1: { unfinished: { units, standby: true }, status: own }, c3: { status: seen } }, {}))
    expect(why(["corosync", "pacemaker"], seen)).toBe("c2 is not online, and its own vote counts")
    // Its corosync is down already, or stays up.
    expect(why(["corosync", "pacemaker"], undefined)).toBeUndefined()
    expect(why(["pacemaker"], seen)).toBeUndefined()
  })

  test.each([
    ["c2 is not online", { nodes: status().nodes.map((node) => ({ ...node, online: node.name !== "c2" })) }],
    ["lab has no quorum", { quorate: false }],
    ["lab is in maintenance mode: nothing would move", { maintenance: true }],
    [
      "start of lb-haproxy failed on c2",
      { failures: [{ operation: "lb-haproxy_start_0", node: "c2", status: "error", reason: "" }] },
    ],
    ["vip runs on no node", { resources: [resource("vip", [])] }],
    [
      "lb-haproxy does not run on c3",
      { resources: [resource("vip", ["c3"]), resource("lb-haproxy", ["c1"]), resource("lb-haproxy", ["c2"])] },
    ],
  ])("nobody's, while %s", (why, changes) => {
    expect(waits("c1", three({ c1: { status: status(changes) } }))).toBe(why)
  })

  test.each([
    [
      "c3 is in maintenance: vip would stay on c3",
      { nodes: status().nodes.map((node) => ({ ...node, maintenance: node.name === "c3" })) },
    ],
    [
      "the cluster does not manage vip, which would stay on c3",
      { resources: [{ ...resource("vip", ["c3"]), managed: false }] },
    ],
  ])("not the holder's, where %s", (why, changes) => {
    const done = { offers: state().offers }
    const haves = three({
      c1: done,
      c2: done,
      c3: { status: status({ resources: [resource("vip", ["c3"])], ...changes }) },
    })
    expect(waits("c3", haves)).toBe(`it carries a VIP, and ${why}`)
  })

  test("no member's of RabbitMQ, while another one is down: two would be a majority less", () => {
    const broker = (active: readonly string[], offered = {}) =>
      state({ installed: [installed("rabbitmq-server", "3.10.8-1")], active: new Set(active) }, offered)
    const newer = { "rabbitmq-server": "3.10.8-2" }
    const parts = { parts: ["rabbitmq"], peers: { "rabbitmq-server": ["c2", "c3"] } }
    const haves = (...others: string[]) => ({
      c1: broker(["rabbitmq-server"], newer),
      c2: broker(others),
      c3: broker(["rabbitmq-server"]),
    })
    expect(waits("c1", haves(), parts)).toBe("rabbitmq-server does not run on c2")
    expect(waits("c1", haves("rabbitmq-server"), parts)).toBeUndefined()
    // It is down itself: what restarts is nothing.
    expect(waits("c1", { ...haves(), c1: broker([], newer) }, parts)).toBeUndefined()
  })

  test("not the holder's, where nobody would take its VIP", () => {
    const nodes = status().nodes.map((node) => ({ ...node, standby: node.name !== "c3" }))
    const haves = three({
      c1: { offers: state().offers },
      c2: { offers: state().offers },
      c3: { status: status({ nodes, resources: [resource("vip", ["c3"])] }) },
    })
    expect(waits("c3", haves)).toBe("it carries a VIP, and no other node is in service to take it")
  })
})

describe("what is refused before anything is touched", () => {
  const refusals = (versions: Record<string, readonly [string, string]>) => {
    const all = Object.entries(versions)
    const have = state(
      { installed: all.map(([name, [from]]) => installed(name, from)) },
      Object.fromEntries(all.map(([name, [, to]]) => [name, to])),
    )
    const wanted = want("c1", { parts: ["cluster", "haproxy", "galera", "rabbitmq"] })
    return (step.findings?.(wanted, members("c1", { c1: have })) ?? []).map(
      ({ severity, message }) => `${severity}: ${message}`,
    )
  }

  test.each([
    [{ pacemaker: ["2.1.5-1", "3.0.0-2"] }, /^error: pacemaker 2.1.5-1 must not become 3.0.0-2 beside nodes of 2.x$/],
    [{ "rabbitmq-server": ["3.10.8-1.1", "4.0.5-8"] }, /^error: RabbitMQ 3.10.8-1.1 cannot become 4.0.5-8 in place/],
    [{ "galera-4": ["26.4.20-1", "26.4.11-1"] }, /^error: galera-4 26.4.11-1 is older than the members' 26.4.20-1/],
    [
      { "mariadb-server": ["1:10.11.6-0", "1:11.8.2-1"] },
      /^error: mariadb-server 1:10.11.6-0 is not taken to 1:11.8.2-1/,
    ],
  ] as const)("%o", (versions, message) => {
    expect(refusals(versions)).toEqual([expect.stringMatching(message)])
  })

  test("what may be done in place is not", () => {
    expect(
      refusals({
        pacemaker: ["2.1.5-1", "2.1.9-1"],
        "rabbitmq-server": ["3.13.7-1", "4.0.5-1"],
        "galera-4": ["26.4.9-1", "26.4.20-1"],
        "mariadb-server": ["1:10.11.6-0", "1:10.11.14-0"],
      }),
    ).toEqual([])
  })

  test.each([
    ["base-files", "12.4+deb12u10"],
    ["rocky-release", "9.4-1.7.el9"],
    ["openSUSE-release", "15.5-150500.1"],
    ["fedora-release-common", "41-29"],
    ["system-release", "2023.5.20240722-0.amzn2023"],
  ])("by %s the release is told, and what is offered of it asked", (name, version) => {
    const parts = {
      stock: `installed ${name} ${name} ${version} install\ninstalled haproxy haproxy 2.4.22-3.el9 install`,
    }
    const told = {
      ...parts,
      manager: "manager dnf\nversionlock haproxy-0:2.6.12-1.*",
      mark: "",
      status: "",
      addresses: "",
      active: "",
    }
    const stdout = Object.entries(told)
      .map(([part, text]) => `@@haops ${part}\n${text}\n`)
      .join("")
    const probe = upgradeProbe(["haproxy"], ["haproxy"])
    const have = probe.parse({ stdout, stderr: "" })
    expect(have.release).toMatchObject({ name, version })
    expect(have.locks.versions("haproxy")).toEqual(["2.6.12-1"])
    expect(probe.further?.(have)?.script.split("\n")[0]).toBe(`set -- haproxy ${name}`)
  })

  test("a package that a power cut left half-way, unless a package manager is still at work", () => {
    const all = [{ ...installed("pacemaker", "2.1.5-2"), broken: "unpacked" }]
    const told = (changes: Partial<UpgradeState>) => {
      const cut = { unfinished: { units: ["pacemaker"], standby: true }, installed: all, ...changes }
      return step.findings?.(want("c1"), members("c1", three({ c1: cut })))
    }
    expect(told({})).toMatchObject([
      { severity: "error", message: "pacemaker is unpacked: an installation was cut short", hint: expect.any(String) },
    ])
    expect(told({ heldBy: "apt-get (pid 7)" })).toEqual([])
  })

  test("repositories of the next release make no half of it", () => {
    const release = installed("base-files", "12.4+deb12u10")
    const seen = members("c1", { c1: state({ release }, { ...NEWER, "base-files": "13.8" }) })
    const [finding] = step.findings?.(want("c1"), seen) ?? []
    expect(finding).toMatchObject({
      severity: "error",
      message: expect.stringContaining("another release"),
      hint: expect.stringContaining("remove-node"),
    })
    const same = members("c1", { c1: state({ release }, { ...NEWER, "base-files": "12.4+deb12u11" }) })
    expect(step.findings?.(want("c1"), same)).toEqual([])
  })
})

test("each package that runs a unit is one that some component needs", () => {
  const needed = COMPONENTS.flatMap(packagesOf)
  const named = COMPONENTS.flatMap(({ upgrade }) => Object.keys(upgrade?.runs ?? {}))
  expect(named.filter((name) => !needed.includes(name))).toEqual([])
  expect(named).toContain("haproxy")
})
