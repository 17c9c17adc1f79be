import { describe, expect, test } from "vitest"
import { corosyncConf } from "../../../src/corosync/steps/corosync-conf.ts"
import { corosyncMaintenanceOff } from "../../../src/corosync/steps/corosync-maintenance-off.ts"
import { corosyncMaintenanceOn } from "../../../src/corosync/steps/corosync-maintenance-on.ts"
import { corosyncRestart } from "../../../src/corosync/steps/corosync-restart.ts"
import type { ClusterWant } from "../../../src/membership/cluster-want.ts"
import { rollNotes } from "../../../src/membership/corosync-roll.ts"
import type { CorosyncView } from "../../../src/membership/corosync-view.ts"
import { commands, judge, members, TEXT, UDPU, WANT } from "./corosync.ts"

describe("a change that takes a restart", () => {
  const want = { ...WANT, quorum: { wait_for_all: "1" } }
  const done = TEXT.replace("provider: corosync_votequorum", "$&\n    wait_for_all: 1")
  const old = { text: done, running: TEXT, rolling: true }
  const fresh = { text: done, rolling: true }

  test("is told before: the file, maintenance mode, each node, the end of it", () => {
    const of = members([{}, {}, {}])
    expect(corosyncConf.check(want, of)).toMatchObject([{ risk: "restart", cost: "takes a restart of corosync" }])
    expect(judge(corosyncMaintenanceOn, want, of).said).toEqual([
      "maintenance mode: off → on, until all have restarted",
    ])
    expect(corosyncRestart.check(want, of)).toMatchObject([{ risk: "restart", expected: true }])
    expect(corosyncMaintenanceOff.check(want, of)).toMatchObject([{ have: "on, by haops", expected: true }])
    expect(rollNotes(want, of)).toEqual([
      expect.stringMatching(
        /restart on controller1, then controller2, then controller3, one at a time.*nothing fails over/,
      ),
    ])
  })

  test("waits for the maintenance mode and the file", () => {
    const unheld = members([{ ...old, rolling: false }, fresh, fresh].map((node) => ({ ...node, rolling: false })))
    expect(corosyncRestart.check(want, unheld)).toMatchObject([{ expected: true }])
    expect(corosyncRestart.mustWait?.(want, unheld)).toContain("not in maintenance mode")
    const unwritten = members([{ ...old, text: TEXT }, old, old])
    expect(corosyncRestart.check(want, unwritten)).toMatchObject([{ expected: true }])
    expect(corosyncRestart.mustWait?.(want, unwritten)).toContain("corosync.conf does not have the new settings")
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

  test("waits for pacemaker too where the inventory has a controller that is no member yet", () => {
    const { all, elected, ...rest } = members([fresh, old, old], 1)
    const newcomer = { ...elected, host: "controller4", have: { ...elected.have, conf: undefined, running: undefined } }
    const { actions } = judge(corosyncRestart, want, { all: [...all, newcomer], elected, ...rest })
    expect(actions.at(-1)).toMatchObject({ for: "it to be back with all others" })
  })

  test.each([
    ["all see each other", [fresh, old, old], undefined],
    ["one has not come back", [{ ...fresh, running: null }, old, old], "corosync does not run on controller1"],
    ["one is back and alone", [{ ...fresh, joined: 1 }, old, old], "controller1 sees 1 of 3 members"],
    ["the next one itself misses one", [fresh, { ...old, joined: 2 }, old], "controller2 sees 2 of 3 members"],
  ])("the next one's turn: %s", (_what, nodes, expected) => {
    const reason = corosyncRestart.mustWait?.(want, members(nodes, 1))
    if (expected === undefined) expect(reason).toBeUndefined()
    else expect(reason).toContain(expected)
  })

  test("what a run that was cut short left stopped is started, and is nobody else's business", () => {
    const stopped = { text: done, running: null, pacemaker: false, rolling: false }
    expect(judge(corosyncRestart, want, members([stopped, old, old])).said).toEqual([
      "corosync and pacemaker: stopped by a run that was interrupted → running",
    ])
    expect(
      corosyncRestart.mustWait?.(want, members([stopped, { ...old, joined: 2 }, { ...old, joined: 2 }])),
    ).toBeUndefined()
    const two = members([stopped, stopped, old])
    expect(corosyncRestart.mustWait?.(want, two)).toBeUndefined()
    expect(judge(corosyncRestart, want, two).actions.at(-1)).toMatchObject({ script: expect.stringContaining("-ge 2") })
    const calm = { text: done, rolling: false }
    expect(corosyncRestart.check(want, members([stopped, calm, calm]))).toEqual([])
  })

  test("ends the maintenance mode that is haops's own when all have restarted, and no other", () => {
    expect(corosyncMaintenanceOff.check(want, members([fresh, fresh, fresh]))[0]).not.toHaveProperty("expected")
    expect(commands(judge(corosyncMaintenanceOff, want, members([fresh, fresh, fresh])).actions)).toEqual([
      "wait",
      expect.stringContaining("--delete"),
      "wait",
    ])
    expect(corosyncMaintenanceOff.check(want, members([fresh, fresh, old]))).toMatchObject([{ expected: true }])
    const calm = { text: done }
    expect(corosyncMaintenanceOff.check(want, members([calm, calm, calm]))).toEqual([])
  })
})

test("what parts the members while it rolls is refused where their watchdogs go by quorum, before it has begun alone", () => {
  const parting = { ...WANT, transport: "udpu" as const, transportGiven: true }
  const told = (want: ClusterWant, rolling = false) =>
    corosyncMaintenanceOn.findings?.(want, members([{ rolling }, { rolling }, { rolling }]))
  expect(told({ ...parting, sbd: true })).toMatchObject([
    { severity: "error", message: expect.stringContaining("totem transport") },
  ])
  expect(told(parting)).toEqual([])
  expect(told({ ...parting, sbd: true }, true)).toEqual([])
  const somebodys = members([{}, { sbd: { seconds: 5 } }, {}])
  expect(corosyncMaintenanceOn.findings?.(parting, somebodys)).toMatchObject([{ severity: "error" }])
  expect(told({ ...WANT, quorum: { wait_for_all: "1" }, sbd: true })).toEqual([])
})

test("so is any restart of one of two, whose other one has no quorum meanwhile", () => {
  const want = { ...WANT, nodes: WANT.nodes.slice(0, 2), quorum: { wait_for_all: "1" }, sbd: true }
  const pair = (device = "") =>
    TEXT.replace(/ {4}node \{[^}]*controller3[^}]*\}\n/, "").replace(
      "corosync_votequorum\n",
      `corosync_votequorum\n${device}`,
    )
  const told = (text: string, sbd?: CorosyncView["sbd"]) =>
    corosyncMaintenanceOn.findings?.(
      want,
      members([
        { text, joined: 2 },
        { text, joined: 2, ...(sbd && { sbd }) },
      ]),
    )
  expect(told(pair(), { seconds: 5 })).toMatchObject([
    { severity: "error", message: expect.stringContaining("quorum wait_for_all cannot change node by node") },
  ])
  // sbd does not run yet: it comes with these restarts, or after them.
  expect(told(pair())).toEqual([])
  const device =
    "    device {\n        model: net\n        net {\n            host: w\n            algorithm: lms\n        }\n    }\n"
  expect(told(pair(device), { seconds: 35 })).toEqual([])
})

test("a roll that cannot be ended is an error, and nothing is said where there is none", () => {
  expect(corosyncMaintenanceOff.findings?.(WANT, members([{ rolling: true }]))).toMatchObject([
    { severity: "error", message: expect.stringContaining("controller2, controller3 would not be told") },
  ])
  expect(corosyncMaintenanceOff.findings?.(WANT, members([{ rolling: true }, {}, {}]))).toEqual([])
  expect(corosyncMaintenanceOff.findings?.(WANT, members([{}]))).toEqual([])
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
    expect(corosyncRestart.mustWait?.(want, members(nodes, 2))).toBe(expected)
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
