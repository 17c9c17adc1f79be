import { expect, test } from "vitest"
import { renderCorosyncConf } from "../../../src/corosync/render.ts"
import type { KeysView } from "../../../src/membership/keys.ts"
import { authkeys } from "../../../src/membership/steps/authkeys.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { stackUnits } from "../step-harness.ts"
import { bound, facts, HOSTS } from "./cluster.ts"
import { answer } from "./lab.ts"

const want = bound(authkeys)
const NAMES = HOSTS.map(({ name }) => name)
const CONF = (transport: string, others: readonly { name: string; address: string }[]) =>
  renderCorosyncConf({
    name: "lab",
    nodes: [...HOSTS, ...others].map(({ name, address }, index) => ({ name, nodeid: index + 1, links: [address] })),
    transport,
    totem: {},
    quorum: {},
  })

interface Said {
  /** The digest of corosync's key; null: there is none. */
  key?: string | null
  size?: number
  mode?: string
  pacemaker?: string
  running?: boolean
  /** Whom the node's own pacemaker sees. */
  online?: readonly string[]
  quorate?: boolean
  remote?: boolean
  transport?: string
  /** Members that the inventory does not name. */
  others?: readonly { name: string; address: string }[]
}

/** What a member would have answered. */
function said(one: Said): KeysView {
  const { key = "a", size = 256, mode = "400", pacemaker = "p", running = true, online = NAMES, quorate = true } = one
  const [corosync, remote] = ["/etc/corosync/authkey", "/etc/pacemaker/authkey"]
  const keys = [
    ...(key === null ? [] : [`${corosync} ${size} ${mode} root:root`, `${key}  ${corosync}`]),
    `${remote} 256 440 hacluster:haclient`,
    `${pacemaker}  ${remote}`,
  ]
  const offline = NAMES.filter((name) => !online.includes(name))
  const [, mon = ""] = answer({ conf: NAMES, ...(running ? { online, offline, quorate } : {}) }).split(
    "@@haops status\n",
  )
  const status = one.remote
    ? mon.replace(
        "<node ",
        '<node name="r1" type="remote" online="true" standby="false" maintenance="false" pending="false" unclean="false" is_dc="false"/>\n<node ',
      )
    : mon
  const parts = {
    conf: `present lab\n${CONF(one.transport ?? "knet", one.others ?? [])}`,
    keys: keys.join("\n"),
    units: stackUnits({ corosync: { active: running ? "active" : "inactive" } }),
    status,
  }
  const stdout = Object.entries(parts).map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
  return authkeys.probe(want).parse({ stdout: stdout.join(""), stderr: "" })
}

/** What it comes to on this member. */
function judge(name: string, members: readonly Said[], host: HostFacts = facts()) {
  const all = members.map((one, index) => ({ host: NAMES[index]!, have: said(one), facts: host }))
  const of = { all, missing: [], elected: all.find(({ host }) => host === name)! }
  const drift = authkeys.check(want, of)
  const actions = authkeys.plan(want, of, drift).map((action) => {
    if (action.type === "run") return action.argv.join(" ")
    return action.type === "copy"
      ? `${action.path} of ${action.from}, ${action.digest} ${action.mode} ${action.owner}`
      : action.type
  })
  return { drift, actions, findings: authkeys.findings?.(want, of) ?? [] }
}

const all = (members: readonly Said[]) => NAMES.map((name) => judge(name, members))
const NOTHING = { drift: [], actions: [], findings: [] }

test("the same keys everywhere: nothing to do and nothing to say", () => {
  expect(all([{}, {}, {}])).toEqual([NOTHING, NOTHING, NOTHING])
})

test("a member with another key that still runs with the right one gets that of the others, and goes on running", () => {
  const [one, two, three] = all([{}, {}, { key: "b" }])
  expect([one, two]).toEqual([NOTHING, NOTHING])
  expect(three).toEqual({
    ...NOTHING,
    drift: [
      { attribute: "corosync authkey", have: "another one", want: "that of controller1 and controller2", risk: "none" },
    ],
    actions: ["/etc/corosync/authkey of controller1, a 0400 root:root"],
  })
})

const apart = (last: Said) => [
  { online: ["controller1", "controller2"] },
  { online: ["controller1", "controller2"] },
  { online: ["controller3"], quorate: false, ...last },
]

test("one that has restarted with it is alone, and is restarted once the right one is there", () => {
  const three = judge("controller3", apart({ key: "b" }))
  expect(three.drift).toMatchObject([{ have: "another one, and the node is alone with it", risk: "restart" }])
  expect(three.actions).toEqual([
    "systemctl stop pacemaker.service corosync.service",
    "/etc/corosync/authkey of controller1, a 0400 root:root",
    "systemctl start corosync.service pacemaker.service",
    "wait",
  ])
})

test("one that is alone for another reason is left alone", () => {
  expect(judge("controller3", apart({}))).toEqual(NOTHING)
})

test("one that the others see is not restarted where there is no quorum either: it is in, and may serve", () => {
  const both = { online: ["controller1", "controller3"], quorate: false }
  const three = judge("controller3", [both, { running: false }, { ...both, key: "b" }])
  expect(three.drift).toMatchObject([{ have: "another one", risk: "none" }])
  expect(three.actions).toEqual(["/etc/corosync/authkey of controller1, a 0400 root:root"])
})

test("nor is one that has quorum while pacemaker is stopped on the others: corosync runs there, and it serves alone", () => {
  const alone = { online: ["controller3"], key: "b" }
  const three = judge("controller3", [{ running: false }, { running: false }, alone])
  expect(three.drift).toMatchObject([{ have: "another one", risk: "none" }])
})

test("one that does not run gets its key, and the start is not for this step", () => {
  const { actions } = judge("controller3", apart({ key: null, running: false }))
  expect(actions).toEqual(["/etc/corosync/authkey of controller1, a 0400 root:root"])
})

test("where there is no quorum to join yet it is left stopped, to be started with all", () => {
  const members = apart({ key: "b" }).map((one) => ({ ...one, quorate: false }))
  expect(judge("controller3", members).actions).toEqual([
    "systemctl stop pacemaker.service corosync.service",
    "/etc/corosync/authkey of controller1, a 0400 root:root",
  ])
})

test("whose is right where no more than half have the same is asked, once, and nothing is done", () => {
  const [one, ...others] = all([{}, { key: "b" }, { key: "c" }])
  expect(others).toEqual([NOTHING, NOTHING])
  expect(one).toMatchObject({
    drift: [],
    findings: [
      {
        severity: "warning",
        message:
          "controller1, controller2 and controller3 have different corosync authkeys, and whose is right cannot be told: restarted, they will not find each other",
        hint: expect.stringContaining("restart that node alone"),
      },
    ],
  })
})

test("members that the inventory does not name count too: those that are asked may be the fewer", () => {
  const others = [
    { name: "old1", address: "10.0.0.98" },
    { name: "old2", address: "10.0.0.99" },
  ]
  const [one, two, three] = all([{ others, key: "b" }, { others, key: "b" }, { others }])
  expect([two, three]).toEqual([NOTHING, NOTHING])
  expect(one).toMatchObject({ drift: [], findings: [{ message: expect.stringContaining("cannot be told") }] })
})

test("a key that corosync would refuse is told before, and counts as none", () => {
  expect(judge("controller3", [{}, {}, { size: 100 }]).drift).toHaveLength(1)
  const short = { size: 100 }
  expect(judge("controller1", [short, short, short]).findings).toMatchObject([
    {
      severity: "warning",
      message: expect.stringMatching(
        /has 100 bytes, and corosync takes none of less than 128: .* does not start again/,
      ),
    },
  ])
  expect(judge("controller1", [{ key: null, running: false }, short, short]).findings).toMatchObject([
    { severity: "error", message: "/etc/corosync/authkey is not there: corosync will not start" },
  ])
})

test("a key that others can read is told", () => {
  expect(judge("controller2", [{}, { mode: "644" }, {}]).findings).toMatchObject([
    { severity: "warning", message: expect.stringContaining("mode 644"), hint: expect.stringContaining("chmod 400") },
  ])
})

test("how all get a new one is said in the words of what the node has", () => {
  const hints = (host: HostFacts) =>
    judge("controller2", [{}, { mode: "644" }, {}], host).findings.map(({ hint }) => hint)
  expect(hints(facts())).toEqual([expect.stringMatching(/: pcs cluster authkey corosync$/)])
  const crmsh = facts({ versions: { ...facts().versions, pcs: undefined, crmsh: "4.4" } })
  expect(hints(crmsh)).toEqual([expect.stringMatching(/: corosync-keygen, then copy .*, then corosync-cfgtool -R$/)])
  const short = { size: 100 }
  expect(judge("controller1", [short, short, short], crmsh).findings[0]?.hint).toMatch(/: corosync-keygen, /)
})

test("where nothing is encrypted nobody needs a key", () => {
  const one = { transport: "udpu" }
  expect(all([{ ...one, key: null }, one, { ...one, key: "b" }])).toEqual([NOTHING, NOTHING, NOTHING])
})

test("pacemaker's is compared where there are remote nodes, and takes no restart", () => {
  const differs = [{}, {}, { pacemaker: "q" }]
  expect(all(differs)).toEqual([NOTHING, NOTHING, NOTHING])
  const { drift, actions } = judge(
    "controller3",
    differs.map((one) => ({ ...one, remote: true })),
  )
  expect(drift).toMatchObject([{ attribute: "pacemaker authkey", risk: "none" }])
  expect(actions).toEqual(["/etc/pacemaker/authkey of controller1, p 440 hacluster:haclient"])
})
