import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { parseQuorum } from "../../../src/corosync/quorumtool.ts"
import { CLUSTER_FILE } from "../../../src/membership/steps/cluster-start.ts"
import { defineStep } from "../../../src/model/step.ts"
import { renderStatus } from "../../../src/output/status-screen.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import { assembleStatus } from "../../../src/status/assemble.ts"
import { lenient } from "../../../src/status/lenient.ts"
import { findTarget } from "../../../src/status/target.ts"
import { answersOf, type HostAnswer, haproxy, INVENTORY, NAMES, QUORUM, STATUS, VIEWS } from "./support.ts"

const screen = (changes: Readonly<Record<string, HostAnswer | null>> = {}, width = 120) =>
  renderStatus(assembleStatus(answersOf(changes), VIEWS), VIEWS, { color: false, width }).split("\n")
/** The screen where the members' corosync.conf has these nodes. */
function withFile(ids: readonly number[], quorum: typeof QUORUM, more: readonly object[] = []): readonly string[] {
  const answers = answersOf(everywhere({ observation: { quorum } }))
  const nodes = ids.map((nodeid, at) => ({ name: `node${nodeid}`, nodeid, addresses: [], rings: {}, ...more[at] }))
  const conf = { name: "prod", transport: "knet", totem: {}, quorum: {}, nodes }
  const answer = (key: { name: string }, host: string) =>
    key.name === CLUSTER_FILE.name ? { conf } : answers.answer(key as typeof CLUSTER_FILE, host)
  const look = Object.assign(Object.create(answers), { answer }) as typeof answers
  return renderStatus(assembleStatus(look, VIEWS), VIEWS, { color: false, width: 160 }).split("\n")
}
const everywhere = (change: HostAnswer) => Object.fromEntries(NAMES.map((name) => [name, change]))

describe("the screen", () => {
  test("shows a cluster that is well at a glance", () => {
    expect(screen()).toEqual([
      "prod   quorate 3 of 3, survives 1 failure   fencing OFF: a split brain would corrupt data (README, Fencing)",
      "  node         state   pcs     pacemaker  since",
      "  controller1  online  0.11.5  2.1.5      3 d",
      "  controller2  online  0.11.5  2.1.5      3 d    DC",
      "  controller3  online  0.11.5  2.1.5      3 d",
      "  resource    where                                failures",
      "  vip         controller1                          0         10.0.0.11 answers",
      "  lb-haproxy  controller1 controller2 controller3  0",
      "  service  backends up",
      "  web      3/3",
      "In sync with prod.yaml (checked now).",
      "",
    ])
  })

  test("fits 80 columns where the text can be broken", () => {
    for (const line of screen({}, 80)) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  test("says why a server is down, since when, and who alone sees it so", () => {
    expect(screen(everywhere({ observation: { haproxy: haproxy("up", "up", "down") } }))).toContain(
      "  web      2/3          controller3: L4 refused for 12 min",
    )
    expect(screen({ controller2: { observation: { haproxy: haproxy("drain") } } })).toContain(
      "  web      2/3          controller1: drain for 12 min (as controller2 sees it)",
    )
  })

  test("goes on with one node dead, and says that it was not compared", () => {
    const status = { ...STATUS, nodes: STATUS.nodes.map((node) => ({ ...node, online: node.name !== "controller3" })) }
    const quorum = { ...QUORUM, votes: 2, survives: 0 }
    const text = screen({ ...everywhere({ status, observation: { quorum } }), controller3: null })
    expect(text[0]).toContain("quorate 2 of 3, survives no failure")
    expect(text).toContain("  controller3  offline  -       -          -      not reached from here")
    expect(text.at(-2)).toMatch(/\(checked now, but for controller3\)/)
  })

  test("shows remote and guest nodes apart from the members", () => {
    const plain = { standby: false, maintenance: false }
    const remotes = [
      { name: "compute1", online: true, ...plain },
      { name: "guest1", online: false, ...plain, guestOf: "vm1" },
    ]
    const text = screen(everywhere({ status: { ...STATUS, remotes } }))
    expect(text).toContain("  No members: compute1 (remote, online), guest1 (guest of vm1, offline)")
    expect(text.filter((line) => line.includes("compute1"))).toHaveLength(1)
    expect(text.at(-2)).toBe("In sync with prod.yaml (checked now).")
  })

  test("tells two nodes what happens at a loss", () => {
    const quorum = { ...QUORUM, votes: 2, expected: 2, needed: 1, flags: ["2Node", "WaitForAll"] }
    expect(screen(everywhere({ observation: { quorum } }), 200)).toEqual(
      expect.arrayContaining([
        "  two_node: one goes on alone when the other is lost; where they do not hear each other, both go on, and nothing fences",
        "  wait_for_all: after a full stop nothing starts until all nodes were there at once",
      ]),
    )
  })

  test.each([
    [3, "any one of 3 nodes may be lost, no two at once"],
    [5, "any two of 5 nodes may be lost at once"],
  ])("names what may be lost of %i nodes, as the plan of a change does", (nodes, losses) => {
    const ids = Array.from({ length: nodes }, (_, at) => at + 1)
    const quorum = { ...QUORUM, votes: nodes, expected: nodes, needed: Math.floor(nodes / 2) + 1, members: ids }
    expect(withFile(ids, quorum)).toContain(`  ${losses}`)
    expect(withFile(ids, { ...quorum, quorate: false }).join("\n")).not.toContain("may be lost")
  })

  test("names the pairs where not every one may be lost", () => {
    const heavy = [{ votes: 3 }, {}, {}, {}, {}]
    const quorum = { ...QUORUM, votes: 7, expected: 7, needed: 4, members: [1, 2, 3, 4, 5] }
    expect(withFile([1, 2, 3, 4, 5], quorum, heavy).join("\n")).toContain(
      "any one of 5 nodes may be lost, of two at once: node2+node3, node2+node4, node2+node5, node3+node4 and 2 more",
    )
  })

  test("says that watchdogs fence where there is no device, and nobody where there is no watchdog either", () => {
    const head = (values: Record<string, string>) => {
      const property = { values: { "stonith-watchdog-timeout": "10s", ...values }, ids: {} }
      const sections = { ...EMPTY_CIB.sections, property }
      return screen(everywhere({ cib: { cib: { ...EMPTY_CIB, quorate: true, sections } } }))[0]
    }
    expect(head({ "have-watchdog": "true" })).toContain("fencing on (each node's watchdog)")
    for (const off of [{ "have-watchdog": "false" }, { "have-watchdog": "true", "stonith-watchdog-timeout": "0" }])
      expect(head(off)).not.toContain("fencing on (")
  })

  test("calls a quorum device that is not heard silent", () => {
    const text = screen(everywhere({ observation: { quorum: { ...QUORUM, deviceVotes: 0 } } }))
    expect(text[0]).toContain("survives 1 failure, quorum device SILENT")
  })

  test("says that there is no cluster", () => {
    const text = screen(everywhere({ status: undefined }))
    expect(text[0]).toBe("prod   no cluster runs on any host that answered")
    expect(text[2]).toContain("no cluster")
  })

  test("shouts at a VIP that two hosts have", () => {
    const both = { observation: { addresses: new Set(["10.0.0.11"]) } }
    expect(screen({ controller1: both, controller2: both }).join("\n")).toContain(
      "10.0.0.11 is on controller1 and controller2 AT ONCE",
    )
  })

  test("none reached: nothing is claimed", () => {
    const text = screen(Object.fromEntries(NAMES.map((name) => [name, null])))
    expect(text[0]).toBe("prod   no host answered, so nothing is known of the cluster")
    expect(text.at(-2)).toBe("None of 3 hosts could be reached; nothing was compared with prod.yaml.")
    // A line a node between, and nothing of what nobody was asked for.
    expect(text).toHaveLength(1 + 1 + 3 + 1 + 1)
  })

  test("a cluster without quorum, seen from a part of it", () => {
    const status = { ...STATUS, quorate: false }
    const quorum = { ...QUORUM, quorate: false, votes: 1, survives: 0 }
    const text = screen({ controller1: { status, observation: { quorum } }, controller2: null, controller3: null })
    expect(text[0]).toContain("NO QUORUM: 1 of 3 votes, 2 needed (seen from controller1)")
  })

  test("the one with quorum speaks, where two parts disagree", () => {
    const alone = { ...STATUS, quorate: false }
    expect(assembleStatus(answersOf({ controller1: { status: alone } }), VIEWS).pacemaker?.seenFrom).toBe("controller2")
  })
})

describe("votes", () => {
  const said = (votes: string, flags: string, nodes: string) => `Quorum information
------------------
Quorate:          Yes
Ring ID:          1.e

Votequorum information
----------------------
Expected votes:   3
Total votes:      ${votes}
Quorum:           2  
Flags:            Quorate ${flags}

Membership information
----------------------
${nodes}`

  test("a quorum device's votes are no node's", () => {
    const nodes = `    Nodeid      Votes    Qdevice Name
         1          1    A,V,NMW controller1 (local)
         2          1    A,V,NMW controller2
         0          1            Qdevice`
    expect(parseQuorum(said("3", "Qdevice", nodes))).toMatchObject({
      votes: 3,
      survives: 1,
      members: [1, 2],
      flags: ["Qdevice"],
      deviceVotes: 1,
    })
  })

  test("a quorum device that is not heard has none", () => {
    const nodes = `    Nodeid      Votes    Qdevice Name
         1          1   NA,NV,NMW controller1 (local)
         2          1   NA,NV,NMW controller2
         0          0            Qdevice (votes 1)`
    expect(parseQuorum(said("2", "Qdevice", nodes))).toMatchObject({ votes: 2, survives: 0, deviceVotes: 0 })
  })

  test("the heaviest node fails first", () => {
    const nodes = "    Nodeid      Votes Name\n 1 2 controller1\n 2 1 controller2\n 3 1 controller3"
    expect(parseQuorum(said("4", "", nodes))?.survives).toBe(1)
  })

  test("silence is a node without corosync, anything else is no answer", () => {
    expect(parseQuorum("")).toBeUndefined()
    expect(parseQuorum("Cannot initialize QUORUM service\n")).toBeUndefined()
    expect(() => parseQuorum("bash: corosync-quorumtool: something else")).toThrow("something else")
  })
})

test("a service is its own group's: no haproxy of another one is to have it", () => {
  const lb = { ...INVENTORY.hosts[0]!, name: "lb1", group: "loadbalancers" as const }
  const inventory = { ...INVENTORY, hosts: [...INVENTORY.hosts, lb] }
  const asked = assembleStatus(answersOf({ lb1: null }, inventory), VIEWS).services
  expect(asked.map(({ hosts }) => hosts)).toEqual([["controller1", "controller2", "controller3"]])
})

describe("SERVICE/SERVER", () => {
  const services = assembleStatus(answersOf(), VIEWS).services

  test("is found by its names", () => {
    expect(findTarget("web/controller2", services)).toEqual({ service: "web", backend: "web", server: "controller2" })
  })

  test.each([
    ["wep/controller2", 'Did you mean "web"?'],
    ["web/controler2", 'Did you mean "controller2"?'],
    ["sql/controller2", "There are: web."],
    ["web", "Such as web/controller1; haops lb show lists them."],
  ])("%s is not guessed at: %s", (text, hint) => {
    expect(() => findTarget(text, services)).toThrow(expect.objectContaining({ code: "E_INPUT", hint }))
  })
})

describe("a step that wants a secret which is not at hand", () => {
  const bind = (error: Error) => {
    const step = defineStep({
      kind: "secretive",
      summary: "",
      want: undefined as never,
      bind: () => {
        throw error
      },
      title: () => "",
      probe: () => ({ script: ":", parse: () => null }),
      check: () => [],
      plan: () => [],
    })
    const told: unknown[] = []
    const lenientStep = lenient(new Map([["secretive", step]]), (one) => told.push(one)).get("secretive")!
    return { told, call: () => lenientStep.bind?.({} as never) }
  }

  test("is left out and told of once", () => {
    const { told, call } = bind(new HaopsError("E_INPUT", "X is not set"))
    expect([call(), call()]).toEqual([undefined, undefined])
    expect(told).toEqual([{ step: "secretive", reason: "X is not set" }])
  })

  test("does not hide a mistake of ours", () => {
    expect(bind(new TypeError("oops")).call).toThrow("oops")
  })
})
