import { assert, describe, expect, test } from "vitest"
import { expectations } from "../../../src/drill/expectations.ts"
import { type DrillKind, KINDS } from "../../../src/drill/fault.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"
import { probedService } from "../../../src/drill/probed-service.ts"
import { type Before, holderOf, refusals } from "../../../src/drill/refusals.ts"
import type { CibResource } from "../../../src/pacemaker/cib.ts"
import { assembleStatus } from "../../../src/status/assemble.ts"
import type { Status } from "../../../src/status/model.ts"
import { answersOf, INVENTORY, QUORUM, VIEWS } from "../status/support.ts"

const AIM = probedService(INVENTORY, {})
const STATUS = assembleStatus(answersOf(), VIEWS)
assert(STATUS.pacemaker !== undefined)
const PACEMAKER = STATUS.pacemaker

const resource = (id: string, agent: string, more: Partial<CibResource> = {}): CibResource => ({
  ...{ id, agent, fencing: false, parameters: {}, meta: {}, operations: [] },
  ...more,
})
const VIP = resource("vip", "ocf:heartbeat:IPaddr2")
const CLONE = { id: "c", meta: {}, promotable: false }

const against = (kind: DrillKind, changes: Partial<Before> = {}, aim = AIM) =>
  refusals(aim, FAULTS[kind], {
    inventory: INVENTORY,
    status: STATUS,
    checks: [],
    resources: [VIP],
    traces: [],
    ...changes,
  })
const status = (changes: Partial<Status>): Partial<Before> => ({ status: { ...STATUS, ...changes } })

describe("a drill is refused", () => {
  test.each(KINDS)("%s: not on a cluster that is well", (kind) => {
    expect(against(kind)).toEqual([])
  })

  test("with all that verify has found, warnings aside", () => {
    const checks = [
      { id: "quorum", title: "the cluster has quorum", outcome: "fail", evidence: ["controller1 has no quorum"] },
      { id: "fencing", title: "a failed node is fenced", outcome: "warn", evidence: ["OFF"] },
    ] as const
    expect(against("standby", { checks })).toEqual([
      "haops verify fails: the cluster has quorum: controller1 has no quorum",
    ])
  })

  test("while a fault of another is still there", () => {
    expect(against("standby", { traces: ["controller3"] }).join()).toContain("controller3 still has the fault")
  })

  test("in maintenance mode, and where the VIP is unmanaged: nothing would move", () => {
    expect(against("standby", status({ pacemaker: { ...PACEMAKER, maintenance: true } })).join()).toContain(
      "maintenance",
    )
    const resources = STATUS.resources.map((one) => ({ ...one, managed: one.id !== "vip" }))
    expect(against("standby", status({ resources })).join()).toContain("vip is unmanaged")
  })

  test("where nobody is in service to take over", () => {
    const nodes = STATUS.nodes.map((node) =>
      node.name === "controller1" ? node : { ...node, state: "standby" as const },
    )
    expect(against("haproxy-kill", status({ nodes }))).toEqual(["no other host is in service that could take vip"])
  })

  test("where the others would lose quorum with the node, unless that is ignored", () => {
    const pacemaker = { ...PACEMAKER, quorum: { ...QUORUM, votes: 2, survives: 0 } }
    expect(against("reboot", status({ pacemaker })).join()).toContain("2 of 3 votes are there and 2 are needed")
    expect(against("standby", status({ pacemaker }))).toEqual([])
    expect(against("reboot", status({ pacemaker: { ...pacemaker, noQuorumPolicy: "ignore" } }))).toEqual([])
  })

  test("for a kind that is about another manager of VIPs", () => {
    const aim = { ...AIM, vip: { ...AIM.vip, manager: "keepalived" as const } }
    expect(against("partition", {}, aim).join()).toContain("vip is moved by keepalived")
    expect(against("haproxy-kill", {}, aim)).toEqual([])
  })

  describe("where two nodes would run, without fencing, what must run once", () => {
    const disk = resource("disk", "ocf:heartbeat:Filesystem")
    test.each(["partition", "node-freeze", "pacemaker-kill"] as const)("%s", (kind) => {
      expect(against(kind, { resources: [VIP, disk] }).join()).toContain("two nodes would run disk at once")
      const fenced = { ...PACEMAKER, fencing: { state: "on", devices: ["ipmi"] } } as const
      expect(against(kind, { resources: [VIP, disk], ...status({ pacemaker: fenced }) })).toEqual([])
    })

    test("but not where it runs everywhere anyway, or the node is only drained or restarted", () => {
      expect(against("partition", { resources: [VIP, resource("api", "systemd:api", { clone: CLONE })] })).toEqual([])
      const galera = resource("galera", "ocf:heartbeat:galera", { clone: { ...CLONE, promotable: true } })
      expect(against("partition", { resources: [galera] }).join()).toContain("galera")
      expect(against("standby", { resources: [VIP, disk] })).toEqual([])
      expect(against("reboot", { resources: [VIP, disk] })).toEqual([])
    })
  })
})

test("the holder is who alone has the address", () => {
  expect(holderOf(STATUS, "vip")).toBe("controller1")
  const vips = STATUS.vips.map((vip) => ({ ...vip, holders: ["controller1", "controller2"] }))
  expect(holderOf({ ...STATUS, vips }, "vip")).toBeUndefined()
})

describe("what will happen is said beforehand", () => {
  const target = { node: "controller1", vip: AIM.vip, vips: [AIM.vip.address], haproxy: "lb-haproxy" }
  const words = (kind: DrillKind, pacemaker = PACEMAKER) =>
    expectations(FAULTS[kind], target, { ...STATUS, pacemaker }).join(" ")

  test("a partition without fencing under no-quorum-policy ignore is called what it is", () => {
    expect(words("partition", { ...PACEMAKER, noQuorumPolicy: "ignore" })).toContain("SPLIT BRAIN")
    expect(words("partition", { ...PACEMAKER, noQuorumPolicy: "stop" })).not.toContain("SPLIT BRAIN")
  })

  test.each(["partition", "node-freeze", "pacemaker-kill"] as const)("%s: with fencing the node is reset", (kind) => {
    expect(words(kind, { ...PACEMAKER, fencing: { state: "on", devices: [] } })).toContain(
      "fences controller1: it is reset",
    )
    expect(words(kind)).toContain("Nothing fences controller1")
  })

  test.each(KINDS)("%s names the node", (kind) => {
    expect(words(kind)).toContain("controller1")
  })
})
