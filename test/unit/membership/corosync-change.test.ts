import { describe, expect, test } from "vitest"
import { parseCmap } from "../../../src/pacemaker/corosync-cmap.ts"
import { parseCorosyncConf } from "../../../src/pacemaker/corosync-conf.ts"
import { editCorosyncConf } from "../../../src/pacemaker/corosync-edit.ts"
import type { ClusterWant } from "../../../src/pacemaker/membership/cluster-want.ts"
import { linkChange, linksOf } from "../../../src/pacemaker/membership/corosync-links.ts"
import { rollNotes } from "../../../src/pacemaker/membership/corosync-roll.ts"
import { settingsOf } from "../../../src/pacemaker/membership/corosync-settings.ts"
import type { CorosyncView } from "../../../src/pacemaker/membership/corosync-view.ts"
import { reveal } from "../../../src/secret.ts"
import { corosyncConf } from "../../../src/steps/corosync-conf.ts"
import { corosyncHold } from "../../../src/steps/corosync-hold.ts"
import { corosyncLinks } from "../../../src/steps/corosync-links.ts"
import { corosyncRelease } from "../../../src/steps/corosync-release.ts"
import { corosyncReload } from "../../../src/steps/corosync-reload.ts"
import { corosyncRestart } from "../../../src/steps/corosync-restart.ts"
import type { Action, Drift, Finding, JointStep, Members } from "../../../src/steps/step.ts"
import { bound, recorded, withPcs } from "./cluster.ts"

const NAMES = ["controller1", "controller2", "controller3"]
const TEXT = recorded("corosync.conf")
  .replaceAll("172.31.77.2", "10.0.0.12")
  .replaceAll("172.31.77.3", "10.0.0.13")
  .replaceAll("172.31.77.4", "10.0.0.14")
  .replace("token: 1500", "token: 1000")
const WANT: ClusterWant = bound(corosyncConf)
const UDPU = TEXT.replace("knet", "udpu").replace(/ *crypto_.*\n/g, "")

/** The nodes with these links, as an inventory that gives them has them. */
function withLinks(...links: ((last: string) => string)[]): ClusterWant {
  const nodes = WANT.nodes.map((node) => {
    const last = node.address.split(".").at(-1) ?? ""
    return { ...node, links: links.map((link) => link(last)), linksGiven: true }
  })
  return { ...WANT, nodes }
}
const first = (last: string) => `10.0.0.${last}`
const second = (last: string) => `10.9.9.${last}`

interface Node {
  /** Its file; default TEXT. */
  text?: string
  /** What corosync goes by; default as the file. Null: it does not run. */
  running?: string | null
  joined?: number
  pacemaker?: boolean
  rolling?: boolean
}

function view({ text = TEXT, running = text, joined = 3, pacemaker = true, rolling = false }: Node = {}): CorosyncView {
  const conf = running === null ? undefined : parseCorosyncConf(running)
  return {
    conf: parseCorosyncConf(text),
    vendor: false,
    text,
    running: conf && { conf, joined: Array.from({ length: joined }, (_, index) => index + 1) },
    pacemaker,
    rolling,
  }
}

function members(nodes: readonly Node[], elected = 0, missing: readonly string[] = []): Members<CorosyncView> {
  const all = nodes.map((node, index) => {
    const host = NAMES[index]!
    return { host, have: view(node), facts: withPcs("0.11.5", host) }
  })
  return { elected: all[elected]!, all, missing }
}

interface Shared {
  check(want: ClusterWant, members: Members<CorosyncView>): readonly Drift[]
  plan(want: ClusterWant, members: Members<CorosyncView>, drift: readonly Drift[]): readonly Action[]
  findings?(want: ClusterWant, members: Members<CorosyncView>): readonly Finding[]
}

function judge(step: Shared, want: ClusterWant, of: Members<CorosyncView>) {
  const drift = step.check(want, of)
  const actions = drift.length > 0 ? step.plan(want, of, drift) : []
  return { drift, actions, said: drift.map(({ attribute, have, want }) => `${attribute}: ${have} → ${want}`) }
}

const files = (actions: readonly Action[]) =>
  actions.flatMap((action) => (action.type === "put" ? [reveal(action.content)] : []))
const commands = (actions: readonly Action[]) =>
  actions.map((action) => (action.type === "run" ? action.argv.join(" ") : action.type))

describe("what corosync has in memory", () => {
  test("as corosync-cmapctl tells it", () => {
    const running = parseCmap(recorded("cmap.txt"))
    expect(running?.conf).toMatchObject({ name: "lab", transport: "knet", totem: { token: "1000" } })
    expect(running?.conf.nodes[0]).toEqual({
      name: "controller1",
      nodeid: 1,
      addresses: ["10.77.2.11"],
      rings: { 2: "10.77.2.11" },
    })
    expect(running?.joined).toEqual([1, 2, 3])
  })

  test("a feature of the quorum counts where it is in force, not where a reload has shown it", () => {
    const text =
      "quorum.wait_for_all (u8) = 1\nquorum.last_man_standing_window (u32) = 5000\nFlags:            Quorate \n"
    expect(parseCmap(text)?.conf.quorum).toMatchObject({ wait_for_all: "0", last_man_standing_window: "5000" })
    expect(parseCmap(text.replace("Quorate", "Quorate WaitForAll"))?.conf.quorum.wait_for_all).toBe("1")
  })

  test("nothing where it does not run", () => expect(parseCmap("")).toBeUndefined())
})

describe("an edit of corosync.conf", () => {
  test("changes, adds and takes out what it names, and leaves all else as it stands", () => {
    const text = `# mine\n${TEXT.replace("    crypto_hash", "    # why\n    crypto_hash")}`
    const edited = editCorosyncConf(text, {
      options: { totem: { token: "2000", hold: "50", crypto_cipher: undefined }, quorum: { wait_for_all: "1" } },
      rings: new Map([["controller2", { 0: "10.0.0.13", 3: "10.9.9.13" }]]),
      withoutInterfaces: false,
    })
    const lines = (of: string) => new Set(of.split("\n").map((line) => line.trim()))
    const [before, after] = [lines(text), lines(edited)]
    expect([...before].filter((line) => !after.has(line))).toEqual(["token: 1000", "crypto_cipher: aes256"])
    expect([...after].filter((line) => !before.has(line))).toEqual([
      "token: 2000",
      "hold: 50",
      "ring3_addr: 10.9.9.13",
      "wait_for_all: 1",
    ])
    expect(parseCorosyncConf(edited).nodes[1]?.rings).toEqual({ 0: "10.0.0.13", 3: "10.9.9.13" })
  })

  test("knows an option from one of the same name in a block within, and the last of two as the one that counts", () => {
    const text = "totem {\n  mcastport: 1\n  interface {\n    mcastport: 2\n  }\n  mcastport: 3\n}\n"
    const edit = { options: { totem: { mcastport: "4" } }, rings: new Map(), withoutInterfaces: false }
    expect(editCorosyncConf(text, edit)).toBe("totem {\n  interface {\n    mcastport: 2\n  }\n  mcastport: 4\n}\n")
    expect(editCorosyncConf(text, { ...edit, withoutInterfaces: true })).toBe("totem {\n  mcastport: 4\n}\n")
  })

  test("into an empty block", () => {
    const edit = { options: { totem: { token: "1" } }, rings: new Map(), withoutInterfaces: false }
    expect(editCorosyncConf("totem {\n}\n", edit)).toBe("totem {\n    token: 1\n}\n")
  })
})

describe("what a setting takes", () => {
  test.each([
    ["token", { totem: { token: "2000" } }, ["token reload"]],
    ["heartbeats", { totem: { heartbeat_failures_allowed: "3" } }, ["heartbeat_failures_allowed restart"]],
    ["quorum", { quorum: { wait_for_all: "1" } }, ["wait_for_all restart"]],
    [
      "transport, which takes the encryption with it",
      { transport: "udpu" as const, transportGiven: true },
      ["transport split", "crypto_cipher split", "crypto_hash split"],
    ],
    ["a transport that is only the default", { transport: "udpu" as const }, []],
  ])("%s", (_what, change, expected) => {
    const live = parseCorosyncConf(TEXT)
    expect(settingsOf({ ...WANT, ...change }, live).map(({ key, takes }) => `${key} ${takes}`)).toEqual(expected)
  })
})

describe("links", () => {
  const live = parseCorosyncConf(TEXT)
  const numbers = (want: ClusterWant, conf = live) => {
    const change = linkChange(want, conf)
    return (
      change && { takes: change.takes, first: change.first.get("controller1"), last: change.last.get("controller1") }
    )
  }

  test.each([
    ["as they are", withLinks(first), undefined],
    ["not given by the inventory", WANT, undefined],
    ["one more", withLinks(first, second), { 0: "10.0.0.12", 1: "10.9.9.12" }, { 0: "10.0.0.12", 1: "10.9.9.12" }],
    [
      "another address: a new link, then the old one goes",
      withLinks(second),
      { 0: "10.0.0.12", 1: "10.9.9.12" },
      { 1: "10.9.9.12" },
    ],
  ])("%s", (_what, want, before, after = undefined) => {
    expect(numbers(want)).toEqual(before && { takes: "reload", first: before, last: after })
  })

  test("keep their numbers whatever their order, and a gap is filled", () => {
    const conf = parseCorosyncConf(TEXT.replaceAll(/ring0_addr: 10\.0\.0\.(\d+)/g, "ring1_addr: 10.9.9.$1"))
    expect(numbers(withLinks(first, second), conf)?.last).toEqual({ 0: "10.0.0.12", 1: "10.9.9.12" })
    expect(linksOf(conf)).toEqual([{ number: 1, addresses: ["10.9.9.12", "10.9.9.13", "10.9.9.14"] }])
  })

  test("of udpu take a restart that parts the nodes", () => {
    const want = { ...withLinks(second), transport: "udpu" as const, transportGiven: true }
    expect(numbers(want, parseCorosyncConf(UDPU))).toEqual({
      takes: "split",
      first: { 0: "10.9.9.12" },
      last: { 0: "10.9.9.12" },
    })
  })

  test("by names of hosts cannot be compared", () => {
    expect(linkChange(withLinks(second), parseCorosyncConf(TEXT.replaceAll("10.0.0.1", "node1")))).toBeUndefined()
  })
})

describe("a change that a reload brings in force", () => {
  const want = { ...WANT, totem: { token: "2000" } }
  const done = TEXT.replace("token: 1000", "token: 2000")

  test("is written on every member, checked by its corosync, and nothing else is done before", () => {
    const of = members([{}, {}, {}])
    const { said, drift, actions } = judge(corosyncConf, want, of)
    expect(said).toEqual(["totem token: 1000 → 2000"])
    expect(drift[0]).toMatchObject({ risk: "reload", cost: "reloaded live" })
    expect(files(actions)).toEqual([done])
    for (const step of [corosyncHold, corosyncRestart, corosyncReload, corosyncLinks, corosyncRelease]) {
      expect(judge(step, want, of).drift).toEqual([])
    }
  })

  test("is then taken up by all, told by one of them, awaited by each", () => {
    const nodes = [{ text: done }, { text: done, running: TEXT }, { text: done, running: TEXT }]
    expect(judge(corosyncReload, want, members(nodes, 0)).drift).toEqual([])
    expect(commands(judge(corosyncReload, want, members(nodes, 1)).actions)).toEqual(["corosync-cfgtool -R", "wait"])
    expect(commands(judge(corosyncReload, want, members(nodes, 2)).actions)).toEqual(["wait"])
  })

  test("is left alone, and said, where not every member is asked or the inventory lacks one", () => {
    const limited = judge(corosyncConf, want, members([{}]))
    expect(limited.drift).toEqual([])
    expect(corosyncConf.findings?.(want, members([{}]))).toMatchObject([
      { severity: "warning", message: expect.stringContaining("controller2, controller3 would not be told") },
    ])
    const fewer = { ...want, nodes: want.nodes.slice(0, 2) }
    expect(judge(corosyncConf, fewer, members([{}, {}])).drift).toEqual([])
    expect(corosyncConf.findings?.(fewer, members([{}, {}]))).toMatchObject([
      { message: expect.stringContaining("controller3 is a member that the inventory lacks") },
    ])
  })
})

describe("a link that goes", () => {
  const both = TEXT.replaceAll(/ring0_addr: 10\.0\.0\.(\d+)/g, "$&\n        ring1_addr: 10.9.9.$1")
  const want = withLinks(second)

  test("is expected while the new one is still to come", () => {
    expect(judge(corosyncConf, want, members([{}, {}, {}])).said).toEqual([
      "link 1: absent → 10.9.9.12, 10.9.9.13, 10.9.9.14",
    ])
    expect(corosyncLinks.check(want, members([{}, {}, {}]))).toMatchObject([{ attribute: "link 0", expected: true }])
  })

  test("goes once the others are connected", () => {
    const { drift, actions } = judge(corosyncLinks, want, members([{ text: both }, { text: both }, { text: both }]))
    expect(drift).toMatchObject([{ attribute: "link 0", want: "absent" }])
    expect(commands(actions)).toEqual(["wait", "put"])
    expect(parseCorosyncConf(files(actions)[0]!).nodes.map(({ rings }) => rings)).toEqual([
      { 1: "10.9.9.12" },
      { 1: "10.9.9.13" },
      { 1: "10.9.9.14" },
    ])
  })
})

describe("a change that takes a restart", () => {
  const want = { ...WANT, quorum: { wait_for_all: "1" } }
  const done = TEXT.replace("provider: corosync_votequorum", "$&\n    wait_for_all: 1")
  const old = { text: done, running: TEXT, rolling: true }
  const fresh = { text: done, rolling: true }

  test("is told before: the file, maintenance mode, each node, the end of it", () => {
    const of = members([{}, {}, {}])
    expect(corosyncConf.check(want, of)).toMatchObject([{ risk: "restart", cost: "takes a restart of corosync" }])
    expect(judge(corosyncHold, want, of).said).toEqual(["maintenance mode: off → on, until all have restarted"])
    expect(corosyncRestart.check(want, of)).toMatchObject([{ risk: "restart", expected: true }])
    expect(corosyncRelease.check(want, of)).toMatchObject([{ have: "on, by haops", expected: true }])
    expect(rollNotes(want, of)).toEqual([
      expect.stringMatching(
        /restart on controller1, then controller2, then controller3, one at a time.*nothing fails over/,
      ),
    ])
  })

  test("waits for the maintenance mode and the file", () => {
    const unheld = members([{ ...old, rolling: false }, fresh, fresh].map((node) => ({ ...node, rolling: false })))
    expect(corosyncRestart.check(want, unheld)).toMatchObject([{ expected: true }])
    expect(corosyncRestart.check(want, members([old, old, old]))).toMatchObject([
      { attribute: "corosync", risk: "restart" },
    ])
    expect(corosyncRestart.check(want, members([old, old, old]))[0]).not.toHaveProperty("expected")
  })

  test("restarts pacemaker around corosync, and waits for all others", () => {
    const { actions } = judge(corosyncRestart, want, members([fresh, old, old], 1))
    expect(commands(actions)).toEqual([
      "systemctl stop pacemaker.service",
      "systemctl restart corosync.service",
      "systemctl start pacemaker.service",
      "wait",
    ])
    expect(actions.at(-1)).toMatchObject({ script: expect.stringContaining("-ge 3") })
  })

  test.each([
    ["all see each other", [fresh, old, old], undefined],
    ["one has not come back", [{ ...fresh, running: null }, old, old], "corosync does not run on controller1"],
    ["one is back and alone", [{ ...fresh, joined: 1 }, old, old], "controller1 sees 1 of 3 members"],
    ["the next one itself misses one", [fresh, { ...old, joined: 2 }, old], "controller2 sees 2 of 3 members"],
  ])("the next one's turn: %s", (_what, nodes, expected) => {
    const reason = corosyncRestart.hold?.(want, members(nodes, 1))
    if (expected === undefined) expect(reason).toBeUndefined()
    else expect(reason).toContain(expected)
  })

  test("what a run that was cut short left stopped is started, and is nobody else's business", () => {
    const stopped = { text: done, running: null, pacemaker: false, rolling: false }
    expect(judge(corosyncRestart, want, members([stopped, old, old])).said).toEqual([
      "corosync and pacemaker: stopped by a run that was cut short → running",
    ])
    expect(
      corosyncRestart.hold?.(want, members([stopped, { ...old, joined: 2 }, { ...old, joined: 2 }])),
    ).toBeUndefined()
    const calm = { text: done, rolling: false }
    expect(corosyncRestart.check(want, members([stopped, calm, calm]))).toEqual([])
  })

  test("ends the maintenance mode that is haops's own when all have restarted, and no other", () => {
    expect(corosyncRelease.check(want, members([fresh, fresh, fresh]))[0]).not.toHaveProperty("expected")
    expect(commands(judge(corosyncRelease, want, members([fresh, fresh, fresh])).actions)).toEqual([
      "wait",
      expect.stringContaining("--delete"),
      "wait",
    ])
    expect(corosyncRelease.check(want, members([fresh, fresh, old]))).toMatchObject([{ expected: true }])
    const calm = { text: done }
    expect(corosyncRelease.check(want, members([calm, calm, calm]))).toEqual([])
  })
})

describe("another transport", () => {
  const want = { ...WANT, transport: "udpu" as const, transportGiven: true }
  const old = (joined: number) => ({ text: UDPU, running: TEXT, rolling: true, joined })
  const fresh = (joined: number) => ({ text: UDPU, rolling: true, joined })

  test("parts the members while it goes on, and the votes are told beforehand", () => {
    const notes = rollNotes(want, members([{}, {}, {}]))
    expect(notes[1]).toBe(
      "Nodes with udpu and those still without do not see each other: the votes go 1 to 2, 2 to 1; quorum is 2, and one side has quorum at every moment.",
    )
    expect(notes[2]).toContain("encrypted now, and will not be")
  })

  test.each([
    ["both sides complete", [fresh(1), old(2), old(2)], undefined],
    [
      "the new side incomplete",
      [fresh(1), fresh(1), old(1)],
      "controller1 sees 1 of 2 members (controller1, controller2)",
    ],
    [
      "the old side incomplete",
      [fresh(1), old(1), old(1)],
      "controller2 sees 1 of 2 members (controller2, controller3)",
    ],
  ])("the last one's turn: %s", (_what, nodes, expected) => {
    expect(corosyncRestart.hold?.(want, members(nodes, 2))).toBe(expected)
  })

  test("each waits for those that restarted before it", () => {
    const counts = [
      members([old(3), old(3), old(3)], 0),
      members([fresh(1), old(2), old(2)], 1),
      members([fresh(2), fresh(2), old(1)], 2),
    ].map((of) => judge(corosyncRestart, want, of).actions.at(-1))
    expect(counts.map((wait) => /-ge (\d)/.exec(wait?.type === "wait" ? wait.script : "")?.[1])).toEqual([
      "1",
      "2",
      "3",
    ])
  })
})

// Every step of a joint change is a `JointStep` or a `ClusterStep`; this one is changed one host at a time.
test("only the restart goes host by host", () => {
  const joint: readonly JointStep<ClusterWant, CorosyncView>[] = [
    corosyncConf,
    corosyncRestart,
    corosyncReload,
    corosyncLinks,
  ]
  expect(joint.filter(({ hold }) => hold !== undefined)).toEqual([corosyncRestart])
})
