import { describe, expect, test } from "vitest"
import type { Transition } from "../../../src/base/events.ts"
import { runsNowhere, stoppedVips, wouldStop } from "../../../src/membership/nowhere.ts"
import type { CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import { LAB } from "./cluster.ts"
import { NAMES, type Said, view } from "./lab.ts"

const VIP = { name: "vip", address: "10.0.0.100", prefix: 24, on: "controllers", monitorInterval: "30s" } as const
const INVENTORY = {
  ...LAB,
  vips: [
    { ...VIP, manager: "pacemaker" as const },
    { ...VIP, name: "public", manager: "keepalived" as const },
  ],
}

function status(said: Said, changes: Partial<CrmStatus> = {}): CrmStatus {
  return { ...view({ online: NAMES, ...said }).status!, ...changes }
}
const stopped = (changes: Partial<CrmStatus> = {}): CrmStatus => {
  const running = status({ resources: { vip: ["controller1"] } })
  const resources = running.resources.map((one) => ({ ...one, role: "Stopped", active: false, nodes: [] }))
  return { ...running, resources, ...changes }
}
const ban = (node: string) => ({ id: `cli-ban-vip-on-${node}`, resource: "vip", node })

describe("a drain after which a VIP would run nowhere", () => {
  const stop: Transition = { resource: "vip", action: "stop", node: "controller1" }

  test("is refused, with what keeps it off each of the others and the commands for that", () => {
    const others = status(
      { resources: { vip: ["controller1"] }, standby: ["controller2", "controller3"] },
      { bans: [ban("controller4")] },
    )
    expect(wouldStop(INVENTORY, [stop], others)).toMatchObject({
      code: "E_REFUSED",
      message:
        "no other node would run vip: controller2 and controller3 are in standby; cli-ban-vip-on-controller4 keeps vip off controller4",
      hint: "Until one of these: haops unstandby controller2; haops unstandby controller3; crm_resource --clear --resource vip --node controller4",
    })
  })

  test("is refused as well where it is not known why", () => {
    expect(wouldStop(INVENTORY, [stop], status({ resources: { vip: ["controller1"] } }))).toMatchObject({
      message: "no other node would run vip",
      hint: "`crm_mon -1rf` on a node shows why.",
    })
    expect(wouldStop(INVENTORY, [stop], undefined)).toMatchObject({ message: "no other node would run vip" })
  })

  test("is none where the VIP moves, or what stops is another resource", () => {
    const move: Transition = { resource: "vip", action: "move", from: "controller1", node: "controller2" }
    expect(wouldStop(INVENTORY, [move, { ...stop, resource: "lb-haproxy" }], status({}))).toBeUndefined()
    expect(wouldStop(INVENTORY, [{ ...stop, resource: "public" }], status({}))).toBeUndefined()
  })
})

describe("a verb after which a VIP runs nowhere", () => {
  test("has failed, with the cause", () => {
    const rest = stopped({ nodes: stopped().nodes.map((node) => ({ ...node, standby: true })) })
    expect(runsNowhere(INVENTORY, rest)).toMatchObject({
      code: "E_CONVERGENCE",
      message: "vip runs on no node: controller1, controller2, controller3 and controller4 are in standby",
      hint: expect.stringContaining("haops unstandby controller1; "),
    })
  })

  test("has failed where the node that was to take it could not start it, such as for want of its nic", () => {
    const failures = [
      { operation: "vip_start_0", node: "controller2", status: "not configured", reason: "[findif] failed" },
      { operation: "vip_b_start_0", node: "controller2", status: "error", reason: "" },
    ]
    expect(runsNowhere(INVENTORY, stopped({ failures }))).toMatchObject({
      message: "vip runs on no node: vip_start_0 failed on controller2: not configured: [findif] failed",
      hint: "Until one of these: crm_resource --cleanup --resource vip --node controller2",
    })
  })

  test("has not where an operator has stopped it, which is told with what starts it", () => {
    const rest = stopped()
    const disabled = { ...rest, resources: rest.resources.map((one) => ({ ...one, disabled: true })) }
    expect(runsNowhere(INVENTORY, disabled)).toBeUndefined()
    expect(stoppedVips(INVENTORY, disabled)).toEqual([
      "vip runs on no node: it is disabled, until: crm_resource --resource vip --meta --delete-parameter target-role",
    ])
    expect(stoppedVips(INVENTORY, rest)).toEqual([])
    // One that somebody has agreed to is told as well, and is no failure.
    expect(stoppedVips(INVENTORY, rest, ["vip"])).toEqual([expect.stringMatching(/^vip runs on no node: .*, until: /)])
    expect(runsNowhere(INVENTORY, rest, ["vip"])).toBeUndefined()
    expect(runsNowhere(INVENTORY, rest, ["other"])).toBeDefined()
  })

  test("has not where it runs or starts, where the cluster does not have it yet, or where maintenance is to end first", () => {
    expect(runsNowhere(INVENTORY, status({ resources: { vip: ["controller1"] } }))).toBeUndefined()
    const starting = stopped().resources.map((one) => ({ ...one, role: "Starting", active: true }))
    expect(runsNowhere(INVENTORY, stopped({ resources: starting }))).toBeUndefined()
    expect(runsNowhere(INVENTORY, status({}))).toBeUndefined()
    expect(runsNowhere(INVENTORY, stopped({ maintenance: true }))).toBeUndefined()
  })
})
