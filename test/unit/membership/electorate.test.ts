import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import type { Quorum } from "../../../src/corosync/quorumtool.ts"
import { tally } from "../../../src/corosync/votequorum.ts"
import { afterwards, asItIs, type VotingView, whileLeaving } from "../../../src/membership/electorate.ts"
import { countParts, describeLosses, deviceHostOf, rollOf, votesChange } from "../../../src/membership/losses.ts"
import { describeRules, rulesIn } from "../../../src/membership/voting-rules.ts"
import type { Pacemaker } from "../../../src/model/inventory.ts"
import { type Config, Corosync } from "../corosync/corosync-votes.ts"
import { host } from "../step-harness.ts"
import { PACEMAKER } from "./cluster.ts"

type Algorithm = "ffsplit" | "lms"

interface State {
  /** Votes by id, from 1. */
  votes: readonly number[]
  /** Ids that have stopped, in that order. */
  down: readonly number[]
  algorithm: Algorithm | undefined
  /** The device went before the nodes did. */
  dead: boolean
  waitForAll: boolean | undefined
  expectedVotes: number | undefined
  lastManStanding: boolean
}

/** What pcs writes for these nodes. */
function configOf(nodes: ReadonlyMap<number, number>, { algorithm, waitForAll, expectedVotes }: State): Config {
  const device = algorithm === undefined ? undefined : { votes: algorithm === "ffsplit" ? 1 : undefined }
  return { nodes, device, waitForAll, expectedVotes, twoNode: nodes.size === 2 && device === undefined }
}

/** Whether qnetd gives its vote to those that are there: they are all there are. */
function gives({ algorithm, dead }: State, there: number, all: number): boolean {
  return algorithm !== undefined && !dead && (algorithm === "lms" || there * 2 >= all)
}

/** All start, the device is heard, and then some go. */
function live(state: State): { corosync: Corosync; nodes: Map<number, number> } {
  const nodes = new Map(state.votes.map((votes, index) => [index + 1, votes]))
  const config = configOf(nodes, state)
  const corosync = new Corosync(config)
  for (const id of nodes.keys()) corosync.join(id, config)
  corosync.device(gives({ ...state, dead: false }, nodes.size, nodes.size))
  if (state.dead) corosync.device(false)
  for (const id of state.down) {
    stop(corosync, id, state, nodes.size)
    if (state.lastManStanding) corosync.lastManStanding()
  }
  return { corosync, nodes }
}

function stop(corosync: Corosync, id: number, state: State, all: number): void {
  // The device answers before anybody counts.
  corosync.casting = gives(state, corosync.members.size - 1, all)
  corosync.leave(id)
}

function reload(corosync: Corosync, nodes: ReadonlyMap<number, number>, state: State): void {
  corosync.reload(configOf(nodes, state))
  corosync.device(gives(state, corosync.members.size, nodes.size))
}

/** What a member would tell of it. */
function viewOf(corosync: Corosync, nodes: ReadonlyMap<number, number>, state: State): VotingView {
  const { algorithm, waitForAll, expectedVotes } = state
  const flags = [...(corosync.twoNode ? ["2Node"] : []), ...(corosync.waitForAll ? ["WaitForAll"] : [])]
  const quorum: Quorum = {
    quorate: corosync.quorate,
    votes: corosync.total,
    expected: corosync.expected,
    needed: corosync.quorum,
    survives: 0,
    flags,
    ring: "1.1",
    members: [...corosync.members],
    ...(algorithm === undefined ? {} : { deviceVotes: corosync.casting ? corosync.deviceVotes : 0 }),
  }
  const device = { algorithm, ...(algorithm === "ffsplit" ? { votes: "1" } : {}) } as Record<string, string>
  const conf = {
    name: "lab",
    transport: "knet",
    totem: {},
    quorum: {
      ...(waitForAll === undefined ? {} : { wait_for_all: waitForAll ? "1" : "0" }),
      ...(expectedVotes === undefined ? {} : { expected_votes: String(expectedVotes) }),
    },
    ...(algorithm === undefined ? {} : { device }),
    nodes: [...nodes].map(([nodeid, votes]) => ({ name: `n${nodeid}`, nodeid, addresses: [], rings: {}, votes })),
  }
  return { conf, vendor: false, known: new Map(), status: undefined, quorum }
}

const told = ({ total, expected, quorum, quorate }: Corosync) => ({
  votes: total,
  expected,
  needed: quorum,
  quorate,
})

/** Nodes with more than one vote only without a device that leaves its own votes to corosync, which refuses that. */
const states = fc
  .record({
    count: fc.integer({ min: 2, max: 8 }),
    algorithm: fc.constantFrom<Algorithm | undefined>(undefined, undefined, "ffsplit", "lms"),
    heavy: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 }),
    even: fc.boolean(),
    order: fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8]),
    dead: fc.boolean(),
    waitForAll: fc.constantFrom(undefined, true, false),
    option: fc.constantFrom<"lastManStanding" | "expectedVotes" | undefined>(
      undefined,
      "lastManStanding",
      "expectedVotes",
    ),
  })
  .map(({ count, algorithm, heavy, even, order, dead, waitForAll, option }): State => {
    const alone = algorithm === undefined
    const lastManStanding = alone && option === "lastManStanding"
    const votes = heavy.slice(0, count).map((votes) => (even || !alone || lastManStanding ? 1 : votes))
    const down = order.filter((id) => id <= count).slice(0, count - 1)
    // Set by hand, as somebody once did for two nodes: the shells leave it.
    const expectedVotes = alone && option === "expectedVotes" ? votes.reduce((sum, one) => sum + one) : undefined
    return { votes, down, algorithm, dead, waitForAll, expectedVotes, lastManStanding }
  })

describe("the votes foreseen are those that corosync counts", () => {
  // The device's vote that ffsplit took back for want of nodes may return with the smaller list: it is not counted on.
  const withdrawn = (state: State, { corosync, nodes }: ReturnType<typeof live>) =>
    state.algorithm === "ffsplit" && !state.dead && !gives(state, corosync.members.size, nodes.size)

  test.prop([states, fc.nat()], { numRuns: 500 })("once a node that is down has been written out", (state, which) => {
    fc.pre(state.down.length > 0)
    const all = live(state)
    fc.pre(!withdrawn(state, all))
    const { corosync, nodes } = all
    const id = state.down[which % state.down.length]!
    const foreseen = tally(afterwards({ without: `n${id}` }, viewOf(corosync, nodes, state), "pcs-0.11"))
    nodes.delete(id)
    reload(corosync, nodes, state)
    expect(foreseen).toMatchObject(told(corosync))
  })

  test.prop([states, fc.nat()], { numRuns: 500 })(
    "while a member leaves, and once it has been written out",
    (state, which) => {
      const all = live(state)
      fc.pre(!withdrawn(state, all) && all.corosync.members.size > 1 && all.corosync.quorate)
      const { corosync, nodes } = all
      const id = [...corosync.members][which % corosync.members.size]!
      const view = viewOf(corosync, nodes, state)
      const [during, after] = [whileLeaving(`n${id}`, view)!, afterwards({ without: `n${id}` }, view, "pcs-0.11")]
      stop(corosync, id, state, nodes.size)
      expect(tally(during)).toMatchObject(told(corosync))
      fc.pre(corosync.quorate)
      nodes.delete(id)
      reload(corosync, nodes, state)
      expect(tally(after)).toMatchObject(told(corosync))
    },
  )

  test.prop([states, fc.array(fc.nat(2), { minLength: 8, maxLength: 8 })], { numRuns: 500 })(
    "in each part of a cluster that falls apart",
    (state, sides) => {
      const { corosync, nodes } = live(state)
      fc.pre(corosync.quorate && !withdrawn(state, { corosync, nodes }))
      const view = viewOf(corosync, nodes, state)
      const members = [...corosync.members]
      const parts = [0, 1].map((side) => members.filter((id) => sides[id - 1] === side))
      const names = [...nodes.keys()].map((id) => `n${id}`)
      const counted = countParts(
        { names, electorate: asItIs(view)! },
        parts.map((part) => part.map((id) => `n${id}`)),
      )
      // qnetd: the larger part, and of two equal ones that with the lowest id.
      const [one = [], other = []] = parts
      const lower = Math.min(...one) < Math.min(...other) ? one : other
      const chosen = one.length === other.length ? lower : one.length > other.length ? one : other
      for (const [side, part] of parts.entries()) {
        if (part.length === 0) continue
        const alone = live(state).corosync
        alone.casting = part === chosen && gives(state, part.length, nodes.size)
        for (const id of members) if (!part.includes(id)) alone.leave(id)
        expect(counted[side]).toMatchObject(told(alone))
      }
    },
  )

  test.prop([states], { numRuns: 500 })("once the list has one more that has not started yet", (state) => {
    const all = live(state)
    fc.pre(!withdrawn(state, all))
    const { corosync, nodes } = all
    const foreseen = tally(afterwards({ joining: "n9" }, viewOf(corosync, nodes, state), "pcs-0.11"))
    nodes.set(9, 1)
    reload(corosync, nodes, state)
    expect(foreseen).toMatchObject(told(corosync))
  })
})

describe("the votes of an inventory alone", () => {
  const counted = (count: number, more: Partial<Pacemaker>, ...parts: number[][]) => {
    const hosts = Array.from({ length: count }, (_, at) => host(`n${at + 1}`, `10.0.0.${at + 1}`))
    const roll = rollOf({ hosts }, { ...PACEMAKER, ...more })
    return countParts(
      roll,
      parts.map((part) => part.map((id) => `n${id}`)),
    ).map(({ quorate }) => quorate)
  }

  test("of two nodes either goes on, and both where they are cut", () => {
    expect(counted(2, {}, [1])).toEqual([true])
    expect(counted(2, {}, [1], [2])).toEqual([true, true])
  })

  test("of three, two go on; of four, no half does but with a tie breaker or a device", () => {
    const device = { host: "w", address: "10.0.0.9", algorithm: "ffsplit" as const }
    expect(counted(3, {}, [2, 3])).toEqual([true])
    expect(counted(3, {}, [3])).toEqual([false])
    expect(counted(4, {}, [1, 2], [3, 4])).toEqual([false, false])
    expect(counted(4, { quorum: { auto_tie_breaker: "1" } }, [1, 2], [3, 4])).toEqual([true, false])
    expect(counted(4, { quorumDevice: device }, [1, 2], [3, 4])).toEqual([true, false])
    expect(counted(4, { quorumDevice: device }, [3, 4])).toEqual([true])
    expect(counted(4, { quorumDevice: { ...device, algorithm: "lms" } }, [4])).toEqual([true])
  })

  test.each([
    [2, [["c1", "c2", "arbiter"]], ["3 of 3 true"]],
    [2, [["c1", "c2"]], ["2 of 3 true"]],
    [2, [["c2"]], ["1 of 3 false"]],
    [2, [["c2", "arbiter"], ["c1"]], ["2 of 3 true", "1 of 3 false"]],
    [2, [["c1"], ["c2"], ["arbiter"]], ["1 of 3 false", "1 of 3 false", "0 of 3 false"]],
    [3, [["c1", "c2"]], ["2 of 4 false"]],
    [3, [["c1", "c2", "arbiter"]], ["3 of 4 true"]],
  ])("of %i nodes the part that has the host of the device alone hears it: %j", (nodes, parts, want) => {
    const hosts = ["c1", "c2", "c3"].slice(0, nodes).map((name, at) => host(name, `10.0.0.${at + 1}`))
    const quorumDevice = { host: "arbiter", address: "10.0.0.9", algorithm: "ffsplit" as const }
    const roll = rollOf({ hosts }, { ...PACEMAKER, quorumDevice })
    const said = countParts(roll, parts, "arbiter")
    expect(said.map(({ votes, expected, quorate }) => `${votes} of ${expected} ${quorate}`)).toEqual(want)
  })

  test.each([
    ["by its name", { device: { host: "arbiter" } }, "arbiter"],
    ["by its address", { device: { host: "10.0.0.9" } }, "arbiter"],
    ["elsewhere", { device: { host: "witness" } }, undefined],
    ["not yet", {}, undefined],
  ])("corosync.conf says where the device runs: %s", (_, conf, name) => {
    const quorumDevice = { host: "arbiter", address: "10.0.0.9", algorithm: "ffsplit" as const }
    expect(
      deviceHostOf({ hosts: [host("arbiter", "10.0.0.9")], pacemaker: { ...PACEMAKER, quorumDevice } }, conf),
    ).toBe(name)
  })

  test("how many may be lost, and which two", () => {
    const said = (count: number, more: Partial<Pacemaker> = {}) => {
      const hosts = Array.from({ length: count }, (_, at) => host(`n${at + 1}`, `10.0.0.${at + 1}`))
      return describeLosses(rollOf({ hosts }, { ...PACEMAKER, ...more }))
    }
    expect(said(1)).toBe("of 1 node none may be lost")
    expect(said(2)).toBe("any one of 2 nodes may be lost, no two at once")
    expect(said(3)).toBe("any one of 3 nodes may be lost, no two at once")
    expect(said(5)).toBe("any two of 5 nodes may be lost at once")
    expect(said(4, { quorum: { auto_tie_breaker: "1" } })).toBe(
      "any one of 4 nodes may be lost, of two at once: n2+n3, n2+n4 and n3+n4",
    )
  })

  test("a joining node counts once it has started", () => {
    const nodes = [1, 2, 3].map((nodeid) => ({ name: `n${nodeid}`, nodeid, addresses: [], rings: {} }))
    const conf = { name: "lab", transport: "knet", totem: {}, quorum: {}, nodes }
    const numbers = { quorate: true, votes: 3, expected: 3, needed: 2, survives: 1, ring: "1" }
    const view = { conf, quorum: { ...numbers, flags: [], members: [1, 2, 3] }, status: undefined }
    const two = "any one of 3 nodes may be lost, no two at once"
    expect(votesChange(view, { joining: "n4" }, "pcs-0.11")).toEqual([
      `Quorum: ${two} → any one of 4 nodes may be lost, no two at once.`,
    ])
    expect(votesChange(view, { joining: "n3" }, "pcs-0.11")).toEqual([])
  })

  test("a cluster that goes by its majority alone has no rules to tell of", () => {
    expect(describeRules(rulesIn({ flags: [] }), false)).toEqual([])
  })

  test("what else decides is said, as corosync flags it", () => {
    const said = describeRules(
      rulesIn({ flags: ["2Node", "WaitForAll", "LastManStanding", "AutoTieBreaker"], deviceVotes: 0 }),
      false,
    )
    expect(said.map((line) => line.split(":")[0])).toEqual([
      "two_node",
      "wait_for_all",
      "last_man_standing",
      "auto_tie_breaker",
      "quorum device",
    ])
    expect(said[0]).toContain("both go on, and nothing fences")
    expect(describeRules(rulesIn({ flags: ["2Node"] }), true)[0]).toContain("the one that fences first goes on")
  })
})
