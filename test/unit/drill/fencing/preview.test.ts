import { assert, describe, expect, test } from "vitest"
import { HaopsError } from "../../../../src/base/errors.ts"
import { previewFencing } from "../../../../src/drill/fencing/preview.ts"
import type { Survey } from "../../../../src/drill/fencing/refusals.ts"
import type { Before } from "../../../../src/drill/refusals.ts"
import type { CibResource } from "../../../../src/pacemaker/cib.ts"
import { assembleStatus } from "../../../../src/status/assemble.ts"
import type { Status } from "../../../../src/status/model.ts"
import { answersOf, INVENTORY, VIEWS } from "../../status/support.ts"

const STATUS = assembleStatus(answersOf(), VIEWS)
assert(STATUS.pacemaker !== undefined)
const PACEMAKER = { ...STATUS.pacemaker, fencing: { state: "on" as const, devices: ["ipmi", "pdu"] } }

const resource = (id: string, agent: string): CibResource => ({
  ...{ id, agent, fencing: agent.startsWith("stonith:"), parameters: {}, meta: {}, operations: [] },
})

const SURVEY: Survey = {
  node: "controller1",
  by: "controller2",
  devices: ["ipmi", "pdu"],
  levels: [
    { level: 1, devices: ["ipmi"] },
    { level: 2, devices: ["pdu", "ups"] },
  ],
  watchdog: false,
  action: "reboot",
  votes: { votes: 2, expected: 3, needed: 2, quorate: true, deviceVotes: 0 },
  placement: new Map([
    ["vip", ["controller1"]],
    ["lb-haproxy", ["controller1", "controller2", "controller3"]],
    ["ipmi", ["controller1"]],
  ]),
  without: new Map([
    ["vip", ["controller3"]],
    ["lb-haproxy", ["controller2", "controller3"]],
    ["ipmi", []],
  ]),
}

function preview(changes: Partial<Survey> = {}, status: Partial<Status> = {}, before: Partial<Before> = {}) {
  return previewFencing(
    {
      inventory: INVENTORY,
      status: { ...STATUS, pacemaker: PACEMAKER, ...status },
      checks: [],
      resources: [resource("vip", "ocf:heartbeat:IPaddr2"), resource("ipmi", "stonith:fence_ipmilan")],
      traces: [],
      ...before,
    },
    { ...SURVEY, ...changes },
  )
}

function refusal(...request: Parameters<typeof preview>): string {
  try {
    preview(...request)
  } catch (thrown) {
    assert(thrown instanceof HaopsError)
    expect(thrown.code).toBe("E_REFUSED")
    expect(thrown.message).toMatch(/^fencing was refused, nothing was touched:\n/)
    return thrown.message.split("\n").slice(1).join("\n").trim()
  }
  throw new Error("it was not refused")
}

describe("a node is fenced", () => {
  test("with a word of what goes, by which devices in their order, and what moves", () => {
    expect(preview().words).toEqual([
      "controller1 is really fenced, by ipmi, and where that fails pdu and ups: its power goes off and on at once, with all that runs there.",
      "The cluster moves vip to controller3.",
    ])
    expect(preview({ levels: [], placement: new Map() }).words).toEqual([
      "controller1 is really fenced, by ipmi and pdu: its power goes off and on at once, with all that runs there.",
    ])
  })

  test("by its own watchdog where there is no device", () => {
    expect(preview({ devices: [], levels: [], watchdog: true }).words[0]).toBe(
      "controller1 is really fenced, by its own watchdog: it is reset at once, with all that runs there.",
    )
  })

  test("by the cluster's own action, which may leave it off", () => {
    expect(preview({ action: "off" }).words[0]).toContain("stays off until somebody switches it on")
  })

  test("by a device that switches off where the cluster asks for a restart", () => {
    const ipmi = { ...resource("ipmi", "stonith:fence_ipmilan"), parameters: { pcmk_reboot_action: "off" } }
    expect(preview({}, {}, { resources: [ipmi] }).words[0]).toBe(
      "controller1 is really fenced, by ipmi, and where that fails pdu and ups: its power goes off at once, and stays off until somebody switches it on where it is ipmi that fences (pcmk_reboot_action is off).",
    )
    expect(preview({ devices: ["pdu"], levels: [] }, {}, { resources: [ipmi] }).words[0]).toContain(
      "off and on at once",
    )
  })
})

describe("a node is not fenced", () => {
  test("where corosync would count too few votes without it", () => {
    const votes = { votes: 1, expected: 3, needed: 2, quorate: false, deviceVotes: 0 }
    expect(refusal({ votes })).toBe("without controller1 quorum is lost: 1 of 3 votes, 2 needed")
  })

  test("where nobody could tell what corosync would count without it", () => {
    expect(refusal({ votes: undefined })).toContain("whether quorum is left without controller1 could not be told")
  })

  test("where nobody else may hold what it holds; its own fencing device is no such thing", () => {
    expect(refusal({ without: new Map([["lb-haproxy", ["controller2"]]]) })).toBe(
      "controller1 is the only node that may hold vip",
    )
  })

  test("where no device covers it, and where nobody is there to ask for it", () => {
    expect(refusal({ devices: [] })).toContain("no fencing device covers controller1")
    expect(refusal({ by: undefined })).toContain("no other member is there")
  })

  test.each([
    ["off", "stonith-enabled is false: the cluster fences nobody (README, Fencing)"],
    ["no device", "the cluster has no fencing device (README, Fencing)"],
  ] as const)("where fencing is %s", (state, reason) => {
    expect(refusal({}, { pacemaker: { ...PACEMAKER, fencing: { state, devices: [] } } })).toBe(reason)
  })

  test("where the cluster is not well, has no quorum, or is in maintenance", () => {
    const checks = [{ id: "vip", title: "vip answers", outcome: "fail", evidence: ["nobody answers"] }] as const
    expect(refusal({}, {}, { checks })).toBe("haops verify fails: vip answers: nobody answers")
    expect(refusal({}, { pacemaker: { ...PACEMAKER, state: "no quorum" } })).toContain("no cluster with quorum")
    expect(refusal({}, { pacemaker: { ...PACEMAKER, maintenance: true } })).toContain("maintenance")
    const nodes = STATUS.nodes.map((one) => ({ ...one, state: "maintenance" as const }))
    expect(refusal({}, { nodes })).toContain("controller1 is in maintenance mode")
  })

  test("where pacemaker would leave down what it does not manage, and only if that is on the node", () => {
    const resources = STATUS.resources.map((one) => ({ ...one, managed: one.id !== "vip" }))
    expect(refusal({}, { resources })).toBe("vip would stay down: unmanaged, and on controller1")
    expect(() => preview({ node: "controller2" }, { resources })).not.toThrow()
  })

  test("while a fault of a drill is still there", () => {
    expect(refusal({}, {}, { traces: ["controller3"] })).toContain("controller3 still has the fault")
  })
})
