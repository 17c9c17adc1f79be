import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decide, hasOwnData, phaseOf, preference } from "../../../src/galera/decide.ts"
import { type GaleraState, ZERO } from "../../../src/galera/node/state.ts"
import { cutOff, member, OTHER_UUID, stopped, synced, UUID, waiting } from "./support.ts"

function seen(...states: readonly GaleraState[]) {
  return states.map((have, at) => ({ host: `c${at + 1}`, have }))
}

function decided(states: readonly GaleraState[], missing: readonly string[] = []): string {
  const what = decide(seen(...states), missing)
  if (what.act === "found") return `found on ${what.host}${what.fresh ? " anew" : ""}: ${what.says}`
  if (what.act === "refuse") return `refuse: ${what.why}`
  return what.act === "none" ? "none" : `${what.act} ${what.hosts.join(" ")}`
}

const DOWN = { active: "failed", sub: "failed", file: "enabled" }
const fresh = member()
const interrupted = member({ databases: ["shop"], remembers: true, unit: DOWN })
const standalone = (databases: string[]) =>
  member({
    status: { cluster_status: "Disconnected", cluster_size: "0" },
    unit: { active: "active", sub: "running", file: "enabled" },
    databases,
  })

describe("what is done about a cluster that does not serve", () => {
  test.each<[string, readonly GaleraState[], string[], string]>([
    ["a member serves", [synced(), stopped(), fresh], [], "none"],
    ["a member serves and another one cannot be asked", [synced()], ["c2"], "none"],
    ["no server is installed yet", [member({ installed: false }), member({ installed: false })], ["c3"], "none"],
    ["no member has data", [fresh, fresh, fresh], [], "found on c1 anew: no member has data of a cluster"],
    [
      "servers of their own without databases",
      [standalone([]), standalone([])],
      [],
      "found on c1 anew: no member has data of a cluster",
    ],
    [
      "one has databases, of no cluster",
      [fresh, standalone(["shop"]), fresh],
      [],
      "found on c2 anew: no member has data of a cluster",
    ],
    ["one only just starts for the first time", [fresh, waiting({ uuid: undefined, remembers: false })], [], "wait c2"],
    [
      "all were killed",
      [waiting(), stopped(undefined, { remembers: true, unit: DOWN }), waiting()],
      [],
      "start c1 c2 c3",
    ],
    ["all have left in good order", [stopped(), stopped(), stopped()], [], "read c1 c2 c3"],
    ["all have been given their time and wait", [waiting({ tried: true }), waiting({ tried: true })], [], "read c1 c2"],
    [
      "one has lost its majority, the others are down",
      [cutOff(), stopped(undefined, { remembers: true })],
      [],
      "start c1 c2",
    ],
    [
      "positions are known",
      [stopped(1230), stopped(1234), stopped(1230)],
      [],
      "found on c2: c2 is ahead: seqno 1234, c1 1230, c3 1230",
    ],
    ["a tie goes to the first", [stopped(7), stopped(7)], [], "found on c1: all are at seqno 7"],
    ["all data but one member's is gone", [fresh, stopped(7), fresh], [], "found on c2: c2 alone has data: seqno 7"],
    [
      "one was killed in DDL: it starts along with the others",
      [stopped(undefined, { remembers: true }), interrupted, waiting()],
      [],
      "start c1 c3 c2",
    ],
    [
      "one was killed in DDL, and the others' positions are known",
      [interrupted, stopped(9), stopped(7)],
      [],
      "found on c2: c2 is ahead: seqno 9, c3 7; c1 stopped in the middle of DDL or of getting all data, and will get all data",
    ],
    ["one was killed in DDL, and a member serves", [synced(), interrupted], [], "none"],
    ["data is on its way", [member({ uuid: UUID, transfer: true }), stopped(7)], [], "wait c1"],
  ])("%s", (_name, states, missing, what) => {
    expect(decided(states, missing)).toBe(what)
  })
})

describe("what is refused", () => {
  test.each<[string, readonly GaleraState[], string[], RegExp]>([
    ["a member cannot be asked", [stopped(7), stopped(7)], ["c3"], /what c3 has and the others do not would be lost/],
    ["a member cannot be asked, and no other one has data", [fresh, fresh], ["c3"], /c3 may have some/],
    [
      "a position is unknown",
      [stopped(7), stopped(undefined, { position: "unknown" })],
      [],
      /position of c2 is not known/,
    ],
    [
      "a position is that of no cluster",
      [stopped(7), stopped(undefined, { position: "00000000-0000-0000-0000-000000000000:-1" })],
      [],
      /position of c2/,
    ],
    [
      "data of two clusters",
      [stopped(7), stopped(8, { uuid: OTHER_UUID })],
      [],
      /different clusters \(c1: 7c2.*c2: 111/,
    ],
    [
      "two clusters at once",
      [synced(), synced({ uuid: OTHER_UUID, status: { ...synced().status, cluster_state_uuid: OTHER_UUID } })],
      [],
      /there are 2 clusters/,
    ],
    ["databases beside a cluster", [synced(), standalone(["shop"])], [], /databases would be lost: c2: shop/],
    ["databases on two", [standalone(["shop"]), standalone(["blog"])], [], /c1: shop; c2: blog/],
    [
      "all were killed in DDL",
      [interrupted, interrupted],
      [],
      /c1 and c2 stopped in the middle of DDL or of getting all data: no member/,
    ],
    ["one was killed in DDL, and another cannot be asked", [interrupted], ["c2"], /what c2 has and the others/],
    [
      "one runs and does not answer",
      [waiting({ tried: true, unit: { active: "active", sub: "running", file: "enabled" } }), stopped(7)],
      [],
      /mariadb of c1 runs and does not answer/,
    ],
    [
      "the data is not of the cluster of its state file",
      [stopped(undefined, { position: `${OTHER_UUID}:7` })],
      [],
      /data and state file/,
    ],
  ])("%s", (_name, states, missing, why) => {
    const what = decide(seen(...states), missing)
    expect(what).toMatchObject({ act: "refuse", why: expect.stringMatching(why), hint: expect.any(String) })
  })

  test("one that is to be done without, answers and is ahead, with the figures; not one that is behind", () => {
    const without = (end: string) =>
      decide(seen(stopped(7), stopped(9)), [], { given: true, ends: new Map([["c3", end]]) })
    expect(without(`${UUID}:12`)).toMatchObject({
      act: "refuse",
      why: "c3 answers and is ahead (c3 12; c1 7, c2 9): what the others have not would be lost",
    })
    expect(without(`${UUID}:9`)).toMatchObject({ act: "found", host: "c2" })
  })

  test("one that is to be done without, answers and has data of another cluster: which of the two it is nobody has said", () => {
    const word = { given: true, ends: new Map([["c3", `${OTHER_UUID}:12`]]) }
    expect(decide(seen(stopped(7), stopped(9)), [], word)).toMatchObject({
      act: "refuse",
      why: `members have data of different clusters (c3: ${OTHER_UUID}; c2: ${UUID})`,
    })
  })

  test("a cluster without a UUID, made by members that were all killed in DDL: the hint names the one where clients are", () => {
    const nameless = (clients = 0) =>
      synced({ uuid: undefined, clients, status: { ...synced().status, cluster_state_uuid: ZERO } })
    const down = member({ databases: ["shop"] })
    for (const third of [nameless(), down, fresh])
      expect(decide(seen(nameless(), nameless(3), third), [])).toMatchObject({
        act: "refuse",
        why: expect.stringMatching(/^the cluster has no UUID: .* One that leaves it cannot come back$/),
        hint: expect.stringMatching(/keep that of one, such as c2, .*Then haops up founds the cluster on c2/),
      })
    // What comes of the hint.
    expect(decided([fresh, down, fresh])).toBe("found on c2 anew: no member has data of a cluster")
  })

  test.each([`${UUID}:12`, "unknown"])(
    "one that is to be done without, answers and alone has data: an empty cluster would stand in its place (%s)",
    (end) => {
      expect(decide(seen(fresh, fresh), [], { given: true, ends: new Map([["c3", end]]) })).toEqual({
        act: "refuse",
        why: `c3 answers and has data (${end === "unknown" ? "position unknown" : "seqno 12"}), and no other member has any: the cluster would be founded without it`,
        hint: "Leave it out of --without: then the cluster is founded on it.",
      })
      expect(decide(seen(fresh, fresh), [], { given: true, ends: new Map() })).toMatchObject({ act: "found" })
    },
  )

  test("the operator's word for a missing member is told", () => {
    expect(decide(seen(stopped(7)), ["c3"])).toMatchObject({
      hint: expect.stringContaining("haops galera recover --without c3"),
    })
  })
})

const down = fc.record({
  seqno: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  tried: fc.boolean(),
  remembers: fc.boolean(),
  data: fc.boolean(),
})
const state = fc.oneof(
  down.map(({ seqno, tried, remembers, data }) => (data ? stopped(seqno, { tried, remembers }) : member({ tried }))),
  fc.constantFrom(
    synced(),
    waiting(),
    waiting({ tried: true }),
    cutOff(),
    member({ uuid: UUID, transfer: true }),
    member({ installed: false }),
  ),
  fc.constant(stopped(undefined, { position: "unknown" })),
)
const states = fc.array(state, { minLength: 1, maxLength: 5 })

describe("founding, whatever the members are", () => {
  test("never beside a member that serves, gets data, or cannot be asked", () => {
    fc.assert(
      fc.property(states, fc.subarray(["c8", "c9"]), (all, missing) => {
        if (decide(seen(...all), missing).act !== "found") return
        expect(missing).toEqual([])
        expect(all.map(phaseOf)).not.toContain("synced")
        expect(all.map(phaseOf)).not.toContain("transfer")
      }),
    )
  })

  test("never but on one that has all that any has, with every position known", () => {
    fc.assert(
      fc.property(states, (all) => {
        const what = decide(seen(...all), [])
        if (what.act !== "found" || what.fresh) return
        const data = all.filter(({ uuid }) => uuid !== undefined)
        const seqnos = data.map(({ position }) => Number(position?.split(":")[1]))
        expect(seqnos.every(Number.isInteger)).toBe(true)
        const chosen = seen(...all).find(({ host }) => host === what.host)!.have
        expect(Number(chosen.position?.split(":")[1])).toBe(Math.max(...seqnos))
      }),
    )
  })

  test("on the member that the step's own election takes", () => {
    fc.assert(
      fc.property(states, (all) => {
        const what = decide(seen(...all), [])
        if (what.act !== "found") return
        const best = Math.max(...all.map(preference))
        expect(what.host).toBe(seen(...all).find(({ have }) => preference(have) === best)?.host)
      }),
    )
  })
})

test("one whose data is gone since its position was read is not the one that a cluster is founded on", () => {
  const wiped = member({ position: `${UUID}:9999` })
  expect(decided([wiped, stopped(7), stopped(8)])).toMatch(/^found on c3: /)
  expect(preference(wiped)).toBe(0)
  expect(preference(stopped(8, { position: `${OTHER_UUID}:9` }))).toBe(0)
})

describe("a state file without a UUID", () => {
  // Galera writes zeros there while it applies DDL, and from when it asks for a transfer until it has it.
  const unsafe = { uuid: undefined, databases: ["keystone"] }

  test("is nobody's own data on a member that serves, or gets all data", () => {
    expect(decided([synced(unsafe), synced(unsafe), synced()])).toBe("none")
    expect(decided([synced(), waiting({ ...unsafe, transfer: true })])).toBe("none")
    expect(hasOwnData(synced(unsafe))).toBe(false)
  })

  test("is where nothing says whose the data is", () => {
    expect(decided([stopped(7), stopped(undefined, unsafe)])).toMatch(/^refuse: databases would be lost/)
  })
})
