import { describe, expect, test } from "vitest"
import { foretell, type Known } from "../../../src/foresight/foretell.ts"
import { cutOf, downOf, failOf, type Scenario, scenariosOf } from "../../../src/foresight/scenario.ts"
import { callsFor, parseSimulations, simulationsScript } from "../../../src/foresight/simulate.ts"
import { rollOf } from "../../../src/membership/losses.ts"
import type { Inventory, Vip } from "../../../src/model/inventory.ts"
import { renderWhatIf } from "../../../src/output/what-if-screen.ts"
import { INVENTORY, NAMES, STATUS, VIP } from "../status/support.ts"
import { host } from "../step-harness.ts"
import { CALLS, CLUSTER, inventory, known, placesOf, SCENARIOS } from "./support.ts"

describe("the scheduler is asked", () => {
  test("once for each part, on a copy, and about nothing but that", () => {
    expect(CALLS.map(({ flags }) => flags)).toEqual([
      "--quorum true --node-fail controller1",
      "--quorum false --node-fail controller1 --node-fail controller2",
      "--quorum false --node-fail controller2 --node-fail controller3",
      "--quorum true --node-fail controller1",
      "--quorum true --op-inject lb-haproxy_monitor_1000@controller1=7",
      "--quorum true --op-inject vip_monitor_30000@controller1=7",
      "--quorum true",
      "--quorum true",
    ])
    const script = simulationsScript(CALLS)
    expect(script.match(/cibadmin/g)).toHaveLength(1)
    expect(script).not.toMatch(/live-check|cibadmin (?!-Q)/)
    expect(script).toContain("CIB_file=edited.xml crm_attribute -N controller1 -n standby -v on -l forever")
  })

  test("nothing of a part without a member, nor of a node that is lost already", () => {
    const nodes = STATUS.nodes.map((node) => ({ ...node, online: node.name !== "controller3" }))
    const degraded = { ...CLUSTER, status: { ...STATUS, nodes } }
    expect(callsFor(downOf(["controller1"], NAMES), 0, degraded, [])[0]?.flags).toBe(
      "--quorum true --node-fail controller1",
    )
    expect(callsFor(downOf(["controller1", "controller2"], NAMES), 0, degraded, [])).toEqual([])
  })

  test("about a copy beside a VIP, where several run", () => {
    const flags = (holders: string[], node?: string) =>
      callsFor(failOf("lb-haproxy", NAMES, node), 0, { ...CLUSTER, holders }, [])[0]?.flags.split("@")[1]
    expect(flags(["controller3"])).toBe("controller3=7")
    expect(flags([])).toBe("controller1=7")
    expect(flags(["controller3"], "controller2")).toBe("controller2=7")
  })

  // As real nodes of each release answered to that script.
  test.each(["2.0", "2.1", "3.0"])("and understood on pacemaker %s", (release) => {
    expect(placesOf(known({}, release))).toEqual([
      [["controller2"]],
      [[]],
      [[], ["controller2"]],
      [["controller2"]],
      [["controller1"]],
      [["controller2"]],
      [["controller1"]],
    ])
  })

  test("and its silence is no answer", () => {
    expect(() => parseSimulations("@@haops 0.0\n\n", CALLS.slice(0, 1))).toThrow("crm_simulate was not understood")
  })
})

describe("what comes of it", () => {
  const outlooks = foretell(SCENARIOS, known())

  test("votes, moves, and which service answers from where by how many servers", () => {
    const [down, both, cut] = outlooks
    expect(down?.parts[0]).toMatchObject({
      votes: { votes: 2, expected: 3, quorate: true },
      moves: ["vip: controller1 → controller2"],
      services: [{ name: "web", from: ["controller2"], servers: { up: 2, of: 3 }, answers: true }],
    })
    expect(both?.parts[0]).toMatchObject({
      votes: { votes: 1, quorate: false },
      services: [{ from: [], servers: { up: 1, of: 3 }, answers: false }],
    })
    expect(cut?.parts.map(({ votes }) => votes?.quorate)).toEqual([false, true])
    expect(cut?.warnings).toEqual([
      "nothing fences controller1: until they have stopped their resources, these may run on both sides",
    ])
  })

  test("a server that is dead today is not counted on", () => {
    const { seen } = known()
    const dead = known({ seen: { ...seen!, isDown: (_, server) => server !== "controller1" } })
    const [first] = foretell(SCENARIOS.slice(0, 1), dead)
    expect(first?.parts[0]?.services).toMatchObject([{ servers: { up: 0, of: 3 }, answers: false }])
  })

  test("a service that is down to its backup servers still answers, and that is said", () => {
    const [service] = inventory.haproxy!.services
    const servers = service!.servers.map((server) => ({ ...server, backup: server.name !== "controller1" }))
    const backed = { ...inventory, haproxy: { ...inventory.haproxy!, services: [{ ...service!, servers }] } }
    const left = foretell(SCENARIOS.slice(0, 1), known({ inventory: backed }))
    expect(left[0]?.parts[0]?.services).toMatchObject([{ servers: { up: 0, of: 1 }, answers: true }])
    const shown = renderWhatIf({ title: "prod", outlooks: left, details: true }, { color: false, width: 120 })
    expect(shown).toContain("    web: from controller2, by backup servers alone\n")
  })

  test("with fencing the lost node is fenced first", () => {
    const [down, both] = foretell(SCENARIOS, known({ fencing: "on" }))
    expect(down?.warnings).toEqual(["controller1 is fenced before anything of theirs starts elsewhere"])
    expect(both?.warnings).toEqual([])
  })

  test("where both sides go on without a majority the VIP is on both", () => {
    const two = INVENTORY.hosts.slice(0, 2)
    const pair = { ...inventory, hosts: two } as Inventory
    const offline = { inventory: pair, roll: rollOf(pair, pair.pacemaker!), fencing: "off" as const }
    const names = two.map(({ name }) => name)
    const [outlook] = foretell([cutOf("controller1", names)], offline)
    expect(outlook?.warnings).toEqual(["SPLIT: vip is on both sides at once: controller1 and controller2"])
    const [fenced] = foretell([cutOf("controller1", names)], { ...offline, fencing: "on" })
    expect(fenced?.warnings).toEqual([
      "controller1 / controller2 fence each other: the side that is first goes on, alone",
    ])
  })

  test("on the screen", () => {
    const shown = renderWhatIf(
      { title: "prod   by the scheduler of controller1", outlooks: outlooks.slice(0, 3), details: false },
      { color: false, width: 120 },
    )
    expect(shown).toBe(`prod   by the scheduler of controller1
  what fails                        votes             vip          services
  controller1 down                  2 of 3            controller2  all answer
  controller1 and controller2 down  1 of 3 NO QUORUM  nowhere      none answers
  cut: controller1                  1 of 3 NO QUORUM  nowhere      none answers
       controller2 and controller3  2 of 3            controller2  all answer
  cut: controller1 / controller2 and controller3:
    ! nothing fences controller1: until they have stopped their resources, these may run on both sides
`)
  })

  test("in detail", () => {
    const shown = renderWhatIf(
      { title: "prod", outlooks: outlooks.slice(0, 1), details: true },
      { color: false, width: 120 },
    )
    expect(shown).toContain("    vip: controller1 → controller2\n    web: from controller2, 2 of 3 servers\n")
  })
})

describe("from the inventory alone", () => {
  const offline: Known = { inventory, roll: rollOf(inventory, inventory.pacemaker!), fencing: "off" }

  test("the cluster's choice is left open, unless there is none", () => {
    const [one, two] = foretell(
      [downOf(["controller1"], NAMES), downOf(["controller1", "controller2"], NAMES)],
      offline,
    )
    expect(one?.parts[0]?.vips).toEqual([{ name: "vip", on: [], oneOf: ["controller2", "controller3"] }])
    expect(one?.parts[0]?.services).toMatchObject([{ from: ["controller2", "controller3"], answers: true }])
    expect(two?.parts[0]?.vips).toEqual([{ name: "vip", on: [] }])
  })

  test("the quorum device votes for the part that has its host", () => {
    const hosts = [...inventory.hosts.slice(0, 2), { ...host("arbiter", "10.0.0.9"), group: "loadbalancers" as const }]
    const quorumDevice = { host: "arbiter", address: "10.0.0.9", algorithm: "ffsplit" as const }
    const names = hosts.map(({ name }) => name)
    const roll = rollOf({ hosts }, { ...inventory.pacemaker!, quorumDevice })
    const outlooks = foretell(
      [downOf(["arbiter"], names), downOf(["controller1", "arbiter"], names), cutOf("controller2,arbiter", names)],
      { ...offline, inventory: { ...inventory, hosts }, roll, deviceHost: "arbiter" },
    )
    expect(outlooks.map(({ parts }) => parts.map(({ votes }) => [votes?.votes, votes?.quorate]))).toEqual([
      [[2, true]],
      [[1, false]],
      [
        [2, true],
        [1, false],
      ],
    ])
  })

  test("no-quorum-policy ignore goes on, and that is said", () => {
    const [outlook] = foretell([downOf(["controller1", "controller2"], NAMES)], {
      ...offline,
      noQuorumPolicy: "ignore",
    })
    expect(outlook?.parts[0]?.vips).toEqual([{ name: "vip", on: ["controller3"] }])
    expect(outlook?.warnings).toEqual(["controller3 would go on without quorum (no-quorum-policy ignore)"])
  })

  test("keepalived's VIP goes by priority; one that stays with nopreempt stays", () => {
    const hosts = ["lb1", "lb2", "lb3"].map((name, at) => ({
      ...host(name, `10.0.0.2${at}`),
      group: "loadbalancers" as const,
    }))
    const names = hosts.map(({ name }) => name)
    const vip: Vip = { ...VIP, on: "loadbalancers", manager: "keepalived" }
    const own = { ...INVENTORY, hosts, vips: [vip], pacemaker: undefined, haproxy: undefined } as Inventory
    const place = (scenario: Scenario, nopreempt: boolean, holder?: string, away: string[] = []) => {
      const keepalived = { nopreempt } as Inventory["keepalived"]
      const seen = known().seen!
      const holders = new Map([["vip", holder === undefined ? [] : [holder]]])
      const all = { inventory: { ...own, keepalived }, fencing: "unknown" as const, seen: { ...seen, holders, away } }
      return placesOf(all, [scenario])
    }
    expect(place(downOf(["lb1"], names), false)).toEqual([[["lb2"]]])
    expect(place(downOf(["lb1", "lb2"], names), false)).toEqual([[["lb3"]]])
    expect(place(downOf(names, names), false)).toEqual([[[]]])
    expect(place(cutOf("lb1", names), false)).toEqual([[["lb1"], ["lb2"]]])
    expect(place(downOf(["lb2"], names), true, "lb3")).toEqual([[["lb3"]]])
    // The first one is off already: it is no successor.
    expect(place(downOf(["lb3"], names), false, "lb2", ["lb1"])).toEqual([[["lb2"]]])
    expect(place(downOf(["lb2"], names), false, "lb2", ["lb1"])).toEqual([[["lb3"]]])
  })
})

describe("what is asked", () => {
  const all = { hosts: NAMES, resources: ["vip"] }

  test("nothing: every host, every pair, every resource", () => {
    expect(scenariosOf({}, all).map(({ what }) => what)).toEqual([
      "nothing",
      "controller1 down",
      "controller2 down",
      "controller3 down",
      "controller1 and controller2 down",
      "controller1 and controller3 down",
      "controller2 and controller3 down",
      "vip fails",
    ])
  })

  test("something: that, and how it is now", () => {
    const asked = { down: "controller1, controller2", cut: "controller3/controller1,controller2", fail: "vip" }
    expect(scenariosOf(asked, all).map(({ what, parts }) => ({ what, parts }))).toEqual([
      { what: "nothing", parts: [NAMES] },
      { what: "controller1 and controller2 down", parts: [["controller3"]] },
      {
        what: "cut: controller3 / controller1 and controller2",
        parts: [["controller3"], ["controller1", "controller2"]],
      },
      { what: "vip fails", parts: [NAMES] },
    ])
  })

  test.each([
    [{ down: "controler1" }, 'there is no host "controler1"'],
    [{ fail: "vpi" }, 'there is no resource "vpi"'],
    [{ cut: "controller1/controller1,controller2" }, "--cut names controller1 twice"],
    [{ cut: "controller1,controller2,controller3" }, "--cut leaves all hosts on one side"],
  ])("what makes no sense is refused: %j", (asked, message) => {
    expect(() => scenariosOf(asked, all)).toThrow(message)
  })
})
