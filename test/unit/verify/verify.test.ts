import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { Drift, Finding } from "../../../src/base/events.ts"
import type { Assessment } from "../../../src/engine/assess.ts"
import { assess } from "../../../src/engine/assess.ts"
import type { Check } from "../../../src/model/check.ts"
import type { Reach } from "../../../src/model/view.ts"
import { renderStatus } from "../../../src/output/status-screen.ts"
import { renderVerify } from "../../../src/output/verify-screen.ts"
import { EMPTY_CIB, EMPTY_TEXT } from "../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { fromLists, NOTHING_OWNED, toLists } from "../../../src/pacemaker/ownership.ts"
import { partKey } from "../../../src/pacemaker/parts/kinds.ts"
import { assembleStatus } from "../../../src/status/assemble.ts"
import { runChecks } from "../../../src/verify/verify.ts"
import { parseInventory } from "../parse-inventory.ts"
import { answersOf, type HostAnswer, haproxy, INVENTORY, NAMES, QUORUM, STATUS, VIEWS } from "../status/support.ts"

const SERVER = { name: "s1", address: "10.0.0.31", named: false, port: 80, backup: false, words: [] }

type Changes = Readonly<Record<string, HostAnswer | null>>

interface Case {
  hosts?: Changes
  /** Of the steps that have a check of their own, on controller2. */
  found?: Partial<
    Record<
      "sysctl" | "clock" | "haproxy-config" | "hosts",
      { drift?: Drift[]; findings?: Finding[]; error?: HaopsError }
    >
  >
  here?: Reach["outcome"]
  inventory?: typeof INVENTORY
  unasked?: { step: string; reason: string }[]
}

function checks({
  hosts = {},
  found = {},
  here = "accepted",
  inventory = INVENTORY,
  unasked = [],
}: Case = {}): readonly Check[] {
  const answers = answersOf(hosts, inventory)
  const live = NAMES.filter((name) => hosts[name] !== null)
  const others = (["sysctl", "clock", "haproxy-config", "hosts"] as const).flatMap((kind) =>
    live.map((host) => {
      const task = { id: kind, stage: "test", step: { kind, scope: "each" }, title: kind, wants: new Map() }
      const what = host === "controller2" ? found[kind] : undefined
      return { task, host, drift: [], findings: [], actions: [], ...what } as unknown as Assessment
    }),
  )
  const assessments = [...answers.tasks.flatMap((task) => assess(task, answers.world)), ...others]
  const fromHere = new Map([["vip", { outcome: here, ms: 3 }]])
  return runChecks({ look: answers, assessments, unasked, fromHere }, VIEWS)
}

/** An inventory with a part of the CIB. */
const partsOf = (line: string) => `name: prod
controllers: { controller1: 10.0.0.1, controller2: 10.0.0.2, controller3: 10.0.0.3 }
pacemaker:
  password: { env: P }
  fencing: [{ name: f, agent: fence_ipmilan }, { name: g, agent: fence_ipmilan }]
  resources: { web: { agent: "systemd:web" }, other: { agent: "systemd:other" } }
  ${line}
`
const NOTHING = toLists(NOTHING_OWNED)

const failed = (of: Case) =>
  checks(of).flatMap(({ id, outcome, evidence }) => (outcome === "fail" ? [{ id, evidence }] : []))
const everywhere = (change: HostAnswer) => Object.fromEntries(NAMES.map((name) => [name, change]))
const drift = (attribute: string): Drift => ({ attribute, have: "0", want: "1", risk: "none" })

describe("a cluster that is well", () => {
  test("passes every check, and says what was seen", () => {
    const all = checks()
    expect(all.filter(({ outcome }) => outcome === "fail")).toEqual([])
    for (const { id, evidence } of all) expect(evidence.join(""), id).not.toBe("")
  })

  test("is told loudly that nothing fences, without failing for it", () => {
    expect(checks().find(({ id }) => id === "fencing")).toMatchObject({
      outcome: "warn",
      evidence: [expect.stringContaining("fencing is OFF")],
    })
  })

  test("is told of a ban that an operator left, with the command that clears it, without failing for it", () => {
    const bans = [{ id: "cli-ban-vip-on-controller2", resource: "vip", node: "controller2" }]
    const banned = everywhere({ status: { ...STATUS, bans } })
    const said =
      "cli-ban-vip-on-controller2 keeps vip off controller2, until: crm_resource --clear --resource vip --node controller2"
    expect(failed({ hosts: banned })).toEqual([])
    expect(checks({ hosts: banned }).find(({ id }) => id === "resources")).toMatchObject({
      outcome: "warn",
      evidence: [said],
    })
    const status = assembleStatus(answersOf(banned), VIEWS)
    expect(status.drift.findings.map(({ finding }) => finding.message)).toEqual([said])
    const screen = renderStatus(status, VIEWS, { color: false, width: 200 })
    expect(screen).toContain(said)
  })

  test("is told what operators left behind, each with what takes it back, by status and by verify", () => {
    const minutesAgo = Date.now() - 12 * 60_000
    const extra = { ...STATUS.resources[0]!, agent: "ocf:heartbeat:Dummy", nodes: [] }
    const off = { interval: "10s", enabled: "false" }
    const written = { fencing: false, parameters: {}, meta: {}, agent: "ocf:heartbeat:IPaddr2" }
    const vip = {
      ...written,
      id: "vip",
      operations: [{ id: "vip-monitor-interval-10s", name: "monitor", options: off }],
    }
    const start = { id: "loose-start", name: "start", options: { interval: "0s", enabled: "false" } }
    const watch = { id: "loose-watch", name: "monitor", options: { interval: "10s", enabled: "true" } }
    const loose = {
      ...written,
      id: "loose",
      operations: [start, watch, { id: "loose-m", name: "monitor", options: off }],
    }
    const left = everywhere({
      cib: {
        cib: {
          ...EMPTY_CIB,
          resources: [vip, loose],
          constraints: [
            { type: "other", id: "cli-ban-vip-on-controller3", refers: ["vip"], until: "2020-01-01 00:00:00Z" },
            { type: "other", id: "cli-ban-vip-on-controller2", refers: ["vip"], until: "2999-01-01 00:00:00Z" },
          ],
        },
      },
      status: {
        ...STATUS,
        nodes: STATUS.nodes.map((node) => ({
          ...node,
          standby: node.name === "controller2",
          maintenance: node.name === "controller3",
        })),
        resources: [
          ...STATUS.resources.map((one) => ({ ...one, managed: one.nodes[0] !== "controller3" })),
          { ...extra, id: "loose", managed: false, nodes: ["controller1"] },
          { ...extra, id: "off", active: false, role: "Stopped", disabled: true },
        ],
        bans: [{ id: "loc-vip", resource: "vip", node: "controller3" }],
        failures: [
          { operation: "loose_monitor_10000", node: "controller1", status: "error", reason: "", at: minutesAgo },
        ],
      },
    })
    const said = {
      membership: [
        "controller2 is in standby, until: haops unstandby controller2",
        "controller3 is in maintenance, until: crm_attribute --node controller3 --name maintenance --delete",
      ],
      resources: [
        "loc-vip keeps vip off controller3; the inventory does not have it",
        `cli-ban-vip-on-controller3 has expired and means nothing any more; it goes by: cibadmin --delete --xml-text '<rsc_location id="cli-ban-vip-on-controller3"/>'`,
        "the cluster does not manage loose, until: crm_resource --resource loose --meta --delete-parameter is-managed",
        "off is disabled, until: crm_resource --resource off --meta --delete-parameter target-role",
        `the monitor of vip is switched off, so that nobody sees it fail, until: cibadmin --modify --xml-text '<op id="vip-monitor-interval-10s" enabled="true"/>'`,
        `the monitor of loose every 10s is switched off, until: cibadmin --modify --xml-text '<op id="loose-m" enabled="true"/>'`,
      ],
      failures: [
        "monitor of loose failed on controller1: error (12 min ago); once its cause is gone: crm_resource --cleanup --resource loose --node controller1",
      ],
    }
    const all = checks({ hosts: left })
    for (const [id, lines] of Object.entries(said)) {
      expect(all.find((one) => one.id === id)?.evidence).toEqual(expect.arrayContaining(lines))
    }
    const screen = renderStatus(assembleStatus(answersOf(left), VIEWS), VIEWS, { color: false, width: 250 }).split("\n")
    expect(screen).toEqual(
      expect.arrayContaining(
        Object.values(said)
          .flat()
          .map((line) => `  ${line}`),
      ),
    )
    expect(screen.join("\n")).not.toContain("cli-ban-vip-on-controller2")
    expect(screen.join("\n")).not.toMatch(/start of|loose-watch/)
  })

  test("is told of no constraint that the inventory has by another name of the clone", () => {
    const pacemaker = INVENTORY.pacemaker!
    const away = {
      type: "location",
      id: "l",
      resource: "lb-haproxy-clone",
      node: "controller3",
      score: "-INFINITY",
    } as const
    const usual = { id: "lb-haproxy-clone", meta: {}, promotable: false }
    const haproxy = {
      id: "lb-haproxy",
      agent: "systemd:haproxy",
      parameters: {},
      operations: [],
      meta: {},
      clone: usual,
    }
    const inventory = { ...INVENTORY, pacemaker: { ...pacemaker, constraints: [away], resources: [haproxy] } }
    const clone = { ...usual, id: "cl-haproxy" }
    const bans = [{ id: "theirs", resource: "cl-haproxy", node: "controller3" }]
    const said = (have: typeof clone) => {
      const cib = { ...EMPTY_CIB, resources: [{ ...haproxy, clone: have, operations: [], fencing: false }] }
      const hosts = everywhere({ cib: { cib, text: EMPTY_TEXT }, status: { ...STATUS, bans } })
      return JSON.stringify(checks({ hosts, inventory }))
    }
    expect(said(clone)).not.toContain("theirs keeps")
    expect(said(usual)).toContain("theirs keeps cl-haproxy off controller3; the inventory does not have it")
  })

  test("is told of a quorum device that is not heard", () => {
    const silent = everywhere({ observation: { quorum: { ...QUORUM, deviceVotes: 0 } } })
    expect(failed({ hosts: silent })).toEqual([])
    expect(checks({ hosts: silent }).find(({ id }) => id === "quorum")).toMatchObject({
      outcome: "warn",
      evidence: [expect.stringMatching(/^the quorum device has no vote, as controller1, .*controller3 see it$/)],
    })
  })

  test("is told of a service without a server, whose application haops does not run", () => {
    const down = everywhere({ observation: { haproxy: haproxy("down", "down", "down") } })
    expect(failed({ hosts: down })).toEqual([])
    expect(checks({ hosts: down }).find(({ id }) => id === "backends")?.evidence).toEqual(["no server is up for web"])
  })
})

describe("each check fails by what it is about", () => {
  test.each<[string, string, string, Case]>([
    [
      "a host that does not answer",
      "hosts",
      "controller3: cannot connect to controller3",
      { hosts: { controller3: null } },
    ],
    [
      "a node where no cluster runs",
      "membership",
      "controller3: no cluster runs there",
      { hosts: { controller3: { status: undefined } } },
    ],
    [
      "a node that sees another one offline",
      "membership",
      "controller3 does not see controller1 online",
      { hosts: { controller3: { status: offline("controller1") } } },
    ],
    [
      "memberships that differ",
      "membership",
      "corosync's memberships differ: controller1 1.e of 1, 2, 3; controller2 1.e of 1, 2, 3; controller3 3.1a of 3",
      { hosts: { controller3: { observation: { quorum: { ...QUORUM, ring: "3.1a", members: [3] } } } } },
    ],
    [
      "a node with another authkey, before it restarts",
      "membership",
      "controller3 has another corosync authkey than controller1 and controller2: restarted, it does not come back",
      {
        hosts: { ...everywhere({ cib: { identity: { key: "a" } } }), controller3: { cib: { identity: { key: "b" } } } },
      },
    ],
    [
      "a node without quorum",
      "quorum",
      "controller3 has no quorum: 1 of 3 votes, 2 needed",
      { hosts: { controller3: { observation: { quorum: { ...QUORUM, quorate: false, votes: 1 } } } } },
    ],
    [
      "a failed action",
      "failures",
      "start of vip failed on controller2: error: no nic; once its cause is gone: crm_resource --cleanup --resource vip --node controller2",
      {
        hosts: everywhere({
          status: {
            ...STATUS,
            failures: [{ operation: "vip_start_0", node: "controller2", status: "error", reason: "no nic" }],
          },
        }),
      },
    ],
    [
      "a copy of the CIB that differs",
      "cib",
      `controller3: epoch 0.6, sha256 ${"b".repeat(12)}`,
      { hosts: { controller3: { observation: { cib: { version: "0.6", digest: "b".repeat(64) } } } } },
    ],
    [
      "a node without a CIB",
      "cib",
      "controller3 shows no CIB",
      { hosts: { controller3: { observation: { cib: undefined } } } },
    ],
    [
      "a VIP on two hosts, such as where VRRP is cut",
      "vip:vip",
      "10.0.0.11 is on controller1 and controller2 at once",
      { hosts: { controller2: { observation: { addresses: new Set(["10.0.0.11"]) } } } },
    ],
    [
      "a VIP that a host outside the cluster answers for too",
      "vip:vip",
      "10.0.0.11 is on controller1, and 0a:1b:2c:3d:4e:5f answers for it too: a host outside the cluster, perhaps a former member. Find it and stop it (systemctl disable --now pacemaker corosync keepalived, then ip addr del)",
      { hosts: { controller1: { observation: { claims: new Map([["10.0.0.11", ["0a:1b:2c:3d:4e:5f"]]]) } } } },
    ],
    [
      "a VIP on none",
      "vip:vip",
      "10.0.0.11 is on no host",
      { hosts: { controller1: { observation: { addresses: new Set() } } } },
    ],
    [
      "a VIP that a node does not reach",
      "vip:vip",
      "10.0.0.11 does not answer controller2 on port 8080: no answer",
      { hosts: { controller2: { observation: { reach: new Map([["10.0.0.11", "no answer"]]) } } } },
    ],
    [
      "a VIP that this machine does not reach",
      "vip:vip",
      "10.0.0.11 does not answer from here on port 8080: no answer",
      { here: "no answer" },
    ],
    [
      "a VIP whose port refuses",
      "vip:vip",
      "10.0.0.11 does not answer from here on port 8080: refused",
      { here: "refused" },
    ],
    [
      "haproxy stopped where it should run",
      "haproxy",
      "controller2: does not run",
      { hosts: { controller2: { observation: { haproxy: { state: "stopped" } } } } },
    ],
    [
      "haproxy that does not answer",
      "haproxy",
      "controller2: does not answer: no such file",
      {
        hosts: {
          controller2: { observation: { haproxy: { state: "unresponsive", deaf: true, reason: "no such file" } } },
        },
      },
    ],
    [
      "an older configuration in memory, by the servers in it",
      "haproxy-config",
      "controller2: web has controller1 10.0.0.12:8000 and controller2 10.0.0.13:8000 loaded, wanted controller1 10.0.0.12:8000, controller2 10.0.0.13:8000 and controller3 10.0.0.14:8000",
      { hosts: { controller2: { observation: { haproxy: without("controller3") } } } },
    ],
    [
      "a pool that no haproxy has loaded",
      "haproxy-config",
      "controller2: static is not in the loaded configuration",
      { inventory: withHaproxy({ pools: [{ name: "static", on: ["controllers"], servers: [SERVER] }] }) },
    ],
    [
      "another file than the inventory's",
      "haproxy-config",
      "controller2: haproxy.cfg: 0, wanted 1",
      { found: { "haproxy-config": { drift: [drift("haproxy.cfg")] } } },
    ],
    [
      "a kernel parameter that is lost",
      "sysctl",
      "controller2: net.ipv4.ip_forward: 0, wanted 1",
      { found: { sysctl: { drift: [drift("net.ipv4.ip_forward")] } } },
    ],
    [
      "clocks that disagree",
      "clocks",
      "40 s apart",
      { found: { clock: { findings: [{ severity: "error", message: "40 s apart" }] } } },
    ],
    [
      "a step that could not be asked",
      "inventory",
      "hosts on controller2: cut short",
      { found: { hosts: { error: new HaopsError("E_PROBE", "cut short") } } },
    ],
    [
      "a secret that is not at hand",
      "inventory",
      "cluster-auth was not compared: X is not set",
      { unasked: [{ step: "cluster-auth", reason: "X is not set" }] },
    ],
  ])("%s", (_, id, evidence, of) => {
    expect(failed(of).find((one) => one.id === id)?.evidence).toContain(evidence)
  })

  test("what a dead host could have told fails, and nothing of it passes", () => {
    expect(failed({ hosts: { controller3: null } }).map(({ id }) => id)).toEqual(
      expect.arrayContaining(["hosts", "membership", "cib", "vip:vip", "haproxy", "sysctl", "clocks"]),
    )
  })

  test("with no host at all, nothing passes", () => {
    const none = checks({ hosts: { controller1: null, controller2: null, controller3: null }, here: "no answer" })
    expect(none.filter(({ outcome }) => outcome === "pass").map(({ id }) => id)).toEqual([])
  })

  test("with no cluster, nothing about the cluster passes", () => {
    const none = checks({
      hosts: everywhere({
        status: undefined,
        cib: { cluster: "down" },
        observation: { quorum: undefined, cib: undefined },
      }),
    })
    const about = ["membership", "quorum", "failures", "resources", "cib", "fencing"]
    expect(none.filter(({ id, outcome }) => about.includes(id) && outcome !== "fail")).toEqual([])
  })
})

describe("what is no fault of the cluster", () => {
  test("drift that haops up would remove is a warning", () => {
    const of = { found: { hosts: { drift: [drift("/etc/hosts")] } } }
    expect(failed(of)).toEqual([])
    expect(checks(of).find(({ id }) => id === "inventory")).toMatchObject({
      outcome: "warn",
      evidence: ["differs: hosts on controller2; see haops plan"],
    })
  })

  test.each([
    ["a tag", "tags: { things: [web] }", "<tags><tag id='things'><obj_ref id='other'/></tag></tags>", "tag things"],
    [
      "an alert",
      "alerts: { mail: { path: /bin/true } }",
      "<alerts><alert id='mail' path='/bin/false'/></alerts>",
      "alert mail",
    ],
    [
      "a fencing level",
      "fencingLevels: [{ node: controller1, devices: [f] }]",
      "<fencing-topology><fencing-level id='fl-controller1-1' target='controller1' index='1' devices='g'/></fencing-topology>",
      "fencing level",
    ],
    [
      "an ACL role",
      "acls: { roles: { reader: [{ read: /cib }] } }",
      "<acls><acl_role id='reader'><acl_permission id='p' kind='write' xpath='/cib'/></acl_role></acls>",
      "ACL role reader",
    ],
  ])("%s that differs is a warning of verify, and drift of status", (_what, line, xml, name) => {
    const wanted = parseInventory(partsOf(line), "prod.yaml").pacemaker!
    const inventory = { ...INVENTORY, pacemaker: { ...INVENTORY.pacemaker!, parts: wanted.parts } } as typeof INVENTORY
    const text = `<cib><configuration><resources/>${xml}</configuration></cib>`
    const owned = fromLists({ ...NOTHING, part: wanted.parts!.map(partKey) })
    const cib = { cib: { ...parseCib(text), quorate: true }, text, lastApplied: { epoch: 0, owned } }
    const hosts = everywhere({ cib })
    expect(checks({ inventory, hosts }).find(({ id }) => id === "inventory")).toMatchObject({
      outcome: "warn",
      evidence: ["differs: cib; see haops plan"],
    })
    const { steps } = assembleStatus(answersOf(hosts, inventory), VIEWS).drift
    const found = steps.find(({ step }) => step === "cib")?.drift ?? []
    expect(
      found.map(({ attribute, have, want }) => ({ attribute, differs: have !== want && have !== "absent" })),
    ).toContainEqual({
      attribute: expect.stringContaining(name),
      differs: true,
    })
  })

  test("a VIP out of this machine's sight behind a jump host is a warning", () => {
    const hosts = INVENTORY.hosts.map((host) => ({ ...host, ssh: { ...host.ssh, proxyJump: "bastion" } }))
    expect(failed({ inventory: { ...INVENTORY, hosts }, here: "no answer" })).toEqual([])
  })

  test("of a server by name haproxy alone knows the address, and of a service without servers there is nothing to compare", () => {
    const named = { name: "web", on: "controllers", bind: { address: "10.0.0.11", port: 8080 }, raw: [] }
    const servers = ["controller1", "controller2", "controller3"].map((name) => ({
      ...SERVER,
      name,
      address: `${name}.example.net`,
      named: true,
    }))
    const off = { name: "off", on: "controllers", bind: { address: "10.0.0.11", port: 81 }, raw: [], servers: [] }
    const inventory = withHaproxy({ services: [{ ...named, servers }, off] })
    expect(failed({ inventory }).map(({ id }) => id)).not.toContain("haproxy-config")
  })

  test("a node in standby need not run haproxy", () => {
    const status = { ...STATUS, nodes: STATUS.nodes.map((node) => ({ ...node, standby: node.name === "controller3" })) }
    const hosts = {
      ...everywhere({ status }),
      controller3: { status, observation: { haproxy: { state: "stopped" } } },
    } as Changes
    expect(failed({ hosts }).map(({ id }) => id)).not.toContain("haproxy")
    expect(checks({ hosts }).find(({ id }) => id === "membership")?.evidence).toContain(
      "controller3 is in standby, until: haops unstandby controller3",
    )
    // Nobody has looked into the memory of a process that is not there.
    expect(checks({ hosts }).find(({ id }) => id === "haproxy-config")?.evidence).toEqual([
      "controller1 and controller2: the file is the inventory's, the process is younger, its servers are the same",
      "controller3: the file is the inventory's; haproxy does not run",
    ])
  })
})

test("the screen counts what failed and what passed", () => {
  const options = { color: false, width: 80 }
  expect(renderVerify(checks(), options)).toMatch(/\d+ of \d+ checks passed, none failed, \d warnings?\.\n$/)
  expect(renderVerify(checks({ here: "no answer" }), options)).toMatch(
    /✗ VIP vip is on one host[\s\S]*1 of \d+ checks failed/,
  )
})

function offline(name: string) {
  return { ...STATUS, nodes: STATUS.nodes.map((node) => ({ ...node, online: node.name !== name })) }
}

function withHaproxy(more: object): typeof INVENTORY {
  return { ...INVENTORY, haproxy: { ...INVENTORY.haproxy!, ...more } }
}

function without(name: string) {
  const runtime = haproxy()
  if (runtime?.state !== "up") throw new Error("not the recording it was")
  const backends = runtime.backends.map((backend) => ({
    ...backend,
    servers: backend.servers.filter((server) => server.name !== name),
  }))
  return { ...runtime, backends }
}
