import { describe, expect, test } from "vitest"
import { movesBetween, placementOf } from "../../../src/membership/placement.ts"
import { maintenanceMode } from "../../../src/membership/steps/maintenance-mode.ts"
import { nodeDrained } from "../../../src/membership/steps/node-drained.ts"
import { nodeInService } from "../../../src/membership/steps/node-in-service.ts"
import { gather, judgeAll } from "./cluster.ts"
import { about, commands, NAMES, type Said, view } from "./lab.ts"

const four: Said = { conf: NAMES, online: NAMES, resources: { vip: ["controller4"], "lb-haproxy": NAMES } }
const MARK = "crm_attribute --node controller4 --name standby --update on"
const all = (said: Said) => Object.fromEntries(NAMES.map((name) => [name, view(said)]))

describe("node-drained", () => {
  const judged = (said: Said) =>
    judgeAll(nodeDrained, about(nodeDrained), gather(nodeDrained, about(nodeDrained), all(said)))

  test("puts it in standby where its requests end, on itself, and waits until nothing runs there", () => {
    const { elected, drift, actions } = judged(four)
    expect(elected).toBe("controller4")
    expect(drift).toMatchObject([{ attribute: "controller4", have: "runs vip, lb-haproxy", risk: "none" }])
    expect(actions).toMatchObject([{ label: MARK }, { type: "wait" }])
  })

  const vips = { vip: "10.0.0.100" }
  const held = (said: Said, views = all(said)) => {
    const want = { ...about(nodeDrained), vips }
    const { elected, actions } = judgeAll(nodeDrained, want, gather(nodeDrained, want, views))
    return { elected, holds: commands(actions)[0]?.includes("for address in 10.0.0.100;") }
  }

  test("holds the VIPs that the cluster takes from it, and no other", () => {
    expect(held(four)).toEqual({ elected: "controller4", holds: true })
    expect(held({ ...four, unmanaged: ["vip"] })).toEqual({ elected: "controller4", holds: false })
    expect(held({ ...four, resources: { vip: ["controller1"] } })).toEqual({ elected: "controller4", holds: false })
  })

  test.each<[string, Said]>([
    ["does not see quorum", { ...four, quorate: false, online: ["controller4"] }],
    ["is in another cluster", { ...four, cluster: "other" }],
  ])("is marked by another member, which holds nothing, where it %s", (_, own) => {
    expect(held(four, { ...all(four), controller4: view(own) })).toEqual({ elected: "controller1", holds: false })
  })

  test.each<[string, Said, string, string]>([
    [
      "the cluster is in maintenance mode",
      { ...four, maintenance: true },
      "the cluster is in maintenance mode: vip and lb-haproxy would stay on controller4",
      "haops maintenance off",
    ],
    [
      "the node is in maintenance",
      { ...four, resting: ["controller4"] },
      "controller4 is in maintenance: vip and lb-haproxy would stay on controller4",
      "crm_attribute --node controller4 --name maintenance --delete",
    ],
    [
      "what runs there is not managed",
      { ...four, unmanaged: ["vip"] },
      "the cluster does not manage vip, which would stay on controller4",
      "pcs resource manage",
    ],
    [
      "it is in standby since before maintenance, and something runs there",
      { ...four, standby: ["controller4"], maintenance: true },
      "the cluster is in maintenance mode: vip and lb-haproxy would stay on controller4",
      "haops maintenance off",
    ],
  ])("is refused where %s, with what would stay", (_, said, message, hint) => {
    const { drift, findings } = judged(said)
    expect(drift).toHaveLength(1)
    expect(findings).toMatchObject([{ severity: "error", message, hint: expect.stringContaining(hint) }])
  })

  test("is not refused where another node rests, or nothing is to do", () => {
    expect(judged({ ...four, resting: ["controller1"] }).findings).toEqual([])
    expect(
      judged({ ...four, unmanaged: ["lb-haproxy"], resources: { "lb-haproxy": ["controller1"] } }).findings,
    ).toEqual([])
    const rests = { ...four, standby: ["controller4"], resources: { vip: ["controller1"] }, maintenance: true }
    expect(judged(rests)).toMatchObject({ drift: [], findings: [] })
  })

  test("what is not managed and still runs there is told, and not taken for gone", () => {
    expect(judged({ ...four, standby: ["controller4"], unmanaged: ["vip"] }).drift).toMatchObject([
      { have: "runs vip, lb-haproxy", want: "standby, nothing runs there" },
    ])
  })

  test("in standby with something left is not drained", () => {
    expect(judged({ ...four, standby: ["controller4"] }).drift).toHaveLength(1)
  })

  test("drained: nothing to do", () => {
    expect(judged({ ...four, standby: ["controller4"], resources: { vip: ["controller1"] } }).drift).toEqual([])
  })

  test("a dead node is only marked: what it ran is elsewhere already", () => {
    const dead = { ...four, online: NAMES.slice(0, 3), offline: ["controller4"] }
    expect(judged(dead).drift).toMatchObject([{ have: "in service", want: "standby" }])
    expect(judged({ ...dead, standby: ["controller4"] }).drift).toEqual([])
  })

  test("refuses a name that the cluster does not know, and a cluster that does not run", () => {
    const three = NAMES.slice(0, 3)
    expect(judged({ conf: three, online: three }).findings).toMatchObject([
      { severity: "error", hint: "Its nodes are controller1, controller2, controller3." },
    ])
    expect(judged({ conf: NAMES }).findings).toMatchObject([{ message: "lab runs on no host that answers" }])
  })

  test("a node that leaves for good may be gone already", () => {
    const three = NAMES.slice(0, 3)
    const want = about(nodeDrained, { leaving: true })
    const gone = judgeAll(nodeDrained, want, gather(nodeDrained, want, all({ conf: three, online: three })))
    expect(gone).toMatchObject({ drift: [], findings: [] })
  })

  test("a dead node that leaves for good is not waited for: quorum may come back only when it is gone", () => {
    const want = about(nodeDrained, { leaving: true })
    const dead: Said = { ...four, online: NAMES.slice(0, 2), offline: NAMES.slice(2), quorate: false }
    expect(judgeAll(nodeDrained, want, gather(nodeDrained, want, all(dead))).drift).toEqual([])
  })

  test("a node that leaves a cluster without quorum is not drained: nothing could move from it", () => {
    const node = about(nodeDrained).node
    const online = [NAMES[0]!, node]
    const lost: Said = { ...four, online, offline: NAMES.filter((name) => !online.includes(name)), quorate: false }
    const judged = (leaving: boolean) => {
      const want = about(nodeDrained, { leaving })
      return judgeAll(nodeDrained, want, gather(nodeDrained, want, all(lost))).drift
    }
    expect(judged(true)).toEqual([])
    expect(judged(false)).toMatchObject([{ attribute: node }])
  })

  test("simulates on a copy of the CIB what will move, but not when that has been asked for already", () => {
    const want = about(nodeDrained)
    const simulate = (said: Said) => nodeDrained.simulate?.(want, gather(nodeDrained, want, all(said)), [])
    expect(simulate(four)?.script).toContain("CIB_file=cib.xml crm_attribute -N controller4 -n standby -v on")
    expect(simulate({ ...four, standby: ["controller4"] })).toBeUndefined()
  })
})

describe("node-in-service", () => {
  const judged = (said: Said) =>
    judgeAll(nodeInService, about(nodeInService), gather(nodeInService, about(nodeInService), all(said)))

  test("takes it out of standby, whether that was to last or not, and waits for what belongs there", () => {
    expect(commands(judged({ ...four, standby: ["controller4"] }).actions)).toEqual([
      "crm_attribute --node controller4 --name standby --delete",
      "crm_attribute --node controller4 --name standby --lifetime reboot --delete",
      "wait",
    ])
    expect(judged(four).drift).toEqual([])
  })
})

describe("maintenance-mode", () => {
  const judged = (on: boolean, said: Said) => {
    const want = { on, shell: "auto" as const }
    return judgeAll(maintenanceMode, want, gather(maintenanceMode, want, all(said)))
  }

  test("on sets the property; off sets it back and waits until what changed meanwhile is put right", () => {
    expect(commands(judged(true, four).actions)).toEqual([
      "crm_attribute --type crm_config --set-name cib-bootstrap-options --name maintenance-mode --update true",
    ])
    expect(commands(judged(false, { ...four, maintenance: true }).actions)).toEqual([
      "crm_attribute --type crm_config --set-name cib-bootstrap-options --name maintenance-mode --update false",
      "wait",
    ])
  })

  test("as it is already: nothing to do", () => {
    expect(judged(false, four).drift).toEqual([])
    expect(judged(true, { ...four, maintenance: true }).drift).toEqual([])
  })
})

describe("where resources went", () => {
  const places = (resources: Record<string, string[]>) => placementOf(view({ online: NAMES, resources }).status!)

  test.each([
    ["moved", { vip: ["controller1"] }, { vip: ["controller2"] }, ["vip: controller1 → controller2"]],
    ["one copy less", { web: ["a", "b"] }, { web: ["a"] }, ["web: stopped on b"]],
    ["one copy more", { web: ["a"] }, { web: ["b", "a"] }, ["web: started on b"]],
    ["as it was", { web: ["a", "b"] }, { web: ["b", "a"] }, []],
  ])("%s", (_, before, after, lines) => {
    expect(movesBetween(places(before as Record<string, string[]>), places(after as Record<string, string[]>))).toEqual(
      lines,
    )
  })

  test("of a node that could not be asked it is not said that it stopped something", () => {
    const [before, after] = [places({ web: ["a", "b", "c"] }), places({ web: ["a"] })]
    expect(movesBetween(before, after, ["b"])).toEqual([
      "web: stopped on c",
      "web: no longer counted on b, which could not be asked",
    ])
  })
})
