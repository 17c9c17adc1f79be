import { describe, expect, test } from "vitest"
import { reveal } from "../../../src/base/secret.ts"
import type { Action, RunAction } from "../../../src/model/action.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Members } from "../../../src/model/step.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"
import type { DesiredResource } from "../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { fromLists, type LastApplied, type OwnedLists } from "../../../src/pacemaker/ownership.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { cibRecord } from "../../../src/pacemaker/steps/cib-record.ts"
import { stoppedFirst } from "../../../src/pacemaker/taking-over.ts"
import { desired, resource } from "../../cases/pacemaker/desires.ts"

const XML = `<cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="1"><configuration>
<resources><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/><primitive id="old" class="ocf" provider="heartbeat" type="Dummy"/></resources>
</configuration></cib>`
const facts = { versions: { pcs: "0.12.0", pacemaker: "3.0.0" }, pcsCapabilities: new Set() } as unknown as HostFacts
const NOTHING: OwnedLists = {
  property: [],
  "resource-default": [],
  "operation-default": [],
  resource: [],
  constraint: [],
}
const vip = resource("vip", "ocf:heartbeat:IPaddr2")
const record = (epoch: number, ...ids: string[]): LastApplied => ({
  epoch,
  owned: fromLists({ ...NOTHING, resource: ids }),
})

function have(stdout: string): CibHave {
  return cib.probe({ shell: "auto", desired: desired() }).parse({ stdout, stderr: "" }) as CibHave
}

function up(lastApplied?: LastApplied): CibHave {
  return { ...have(`cluster up\n${XML}\n`), lastApplied }
}

/** The lines of the CIB that an action takes away and adds. */
function changedLines(action: Action | undefined): readonly string[] {
  const lines = (action as RunAction).detail?.split("\n").slice(2) ?? []
  return lines.filter((line) => /^[+-]/.test(line)).map((line) => line.replace(/^(.) +/, "$1"))
}

function members(...all: CibHave[]): Members<CibHave> {
  const each = all.map((one, index) => ({ host: `n${index + 1}`, have: one, facts }))
  return { elected: each[0]!, all: each, missing: [] }
}

const want = (...resources: Parameters<typeof resource>[0][]) => ({
  shell: "auto" as const,
  desired: desired({ resources: resources.map((id) => (id === "vip" ? vip : resource(id, "ocf:heartbeat:Dummy"))) }),
})

describe("the probe's answer", () => {
  test("a node without pacemaker, and one whose cluster is down", () => {
    expect(have("cluster absent\n")).toMatchObject({ cluster: "absent", cib: EMPTY_CIB })
    expect(have('last-applied {"epoch":3,"owned":{"resource":["vip"]}}\ncluster down\n')).toMatchObject({
      cluster: "down",
      lastApplied: { epoch: 3 },
    })
  })
  test("a CIB", () => {
    const answer = have(`cluster up\n${XML}\n`)
    expect(answer).toMatchObject({
      cluster: "up",
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      cib: { quorate: true, version: { epoch: 7 } },
    })
    expect(answer.cib.resources.map(({ id }) => id)).toEqual(["vip", "old"])
  })
  test.each([
    ["nothing", ""],
    ["no CIB", "cluster up\n"],
    ["half a CIB", "cluster up\n<cib><configuration>"],
  ])("%s is an error, never an empty cluster", (_what, stdout) => expect(() => have(stdout)).toThrow())
})

describe("cib", () => {
  test("in sync: no drift", () => {
    expect(cib.check(want("vip"), members(up()))).toEqual([])
  })
  test("a bare node lists everything as expected and cannot be simulated", () => {
    const bare = members(have("cluster absent\n"))
    const drift = cib.check(want("vip"), bare)
    expect(drift).toMatchObject([{ attribute: "resource vip", have: "absent", expected: true }])
    expect(cib.simulate?.(want("vip"), bare, drift)).toBeUndefined()
  })
  test("what another member remembers is removed too, and the claim holds old and new until it is recorded", () => {
    const all = members(up(), up(record(6, "old")))
    expect(cib.check(want("vip", "fresh"), all).map(({ attribute }) => attribute)).toEqual([
      "resource old",
      "resource fresh",
    ])
    const [run, wait] = cib.plan(want("vip", "fresh"), all, [])
    // There may be one alone of an agent that is not known.
    expect((run as RunAction).label).toContain("once old has stopped")
    expect(changedLines(run)).toEqual([
      '-<primitive id="old" class="ocf" provider="heartbeat" type="Dummy"/>',
      '+<primitive id="fresh" class="ocf" provider="heartbeat" type="Dummy">',
      "+<operations>",
      '+<op id="fresh-monitor-interval-60s" name="monitor" interval="60s"/>',
      "+</operations>",
      "+</primitive>",
      "+<crm_config>",
      '+<cluster_property_set id="haops-state">',
      expect.stringMatching(/^\+<nvpair id="haops-state-haops-record" name="haops-record" value="[0-9a-f]{16}"\/>$/),
      "+</cluster_property_set>",
      "+</crm_config>",
    ])
    expect(reveal((run as RunAction).stdin ?? "")).toContain('"resource":["fresh","old","vip"]')
    expect(wait?.type).toBe("wait")
  })
  test("a VIP is kept off a remote node, once", () => {
    const remote = `<primitive id="compute1" class="ocf" provider="pacemaker" type="remote"/></resources>`
    const ban = `<constraints><rsc_location id="haops-vip-not-on-compute1" rsc="vip" node="compute1" score="-INFINITY"/></constraints>`
    const before = XML.replace("</resources>", remote)
    const after = before.replace("</configuration>", `${ban}</configuration>`)
    const of = (xml: string) => members(have(`cluster up\n${xml}\n`))
    const [run] = cib.plan(want("vip"), of(before), [])
    expect(changedLines(run)).toContain(
      '+<rsc_location id="haops-vip-not-on-compute1" rsc="vip" node="compute1" score="-INFINITY"/>',
    )
    expect(cib.check(want("vip"), of(after))).toEqual([])
  })
  test("a resource of another agent is stopped first, where it is not stopped already", () => {
    const labelled = (agent: string, have = up(record(6, "vip"))) => {
      const wanted = { ...want(), desired: desired({ resources: [resource("vip", agent)] }) }
      return (cib.plan(wanted, members(have), [])[0] as RunAction).label
    }
    const stop = "once vip has stopped"
    const stopped = up(record(6, "vip"))
    const resources = stopped.cib.resources.map((one) => ({ ...one, meta: { "target-role": "Stopped" } }))
    expect(labelled("ocf:heartbeat:Dummy")).toContain(stop)
    expect(labelled("ocf:heartbeat:IPaddr2")).not.toContain(stop)
    expect(labelled("ocf:heartbeat:Dummy", { ...stopped, cib: { ...stopped.cib, resources } })).not.toContain(stop)
  })
  describe("what another resource takes over is stopped first", () => {
    const VIP = "ocf:heartbeat:IPaddr2"
    const vip = (id: string, ip: string) => resource(id, VIP, { parameters: { ip } })
    const unit = (id: string) => resource(id, "systemd:haproxy")
    const stopped = (before: readonly DesiredResource[], after: readonly DesiredResource[]) => {
      const resources = before.map(({ operations: _, ...one }) => ({ ...one, operations: [] }))
      const { owned } = record(6, ...before.map(({ id }) => id))
      const { changes } = diffCib(desired({ resources: after }), { ...EMPTY_CIB, resources }, owned)
      return stoppedFirst(changes).map(({ id }) => id)
    }

    test.each<[string, readonly DesiredResource[], readonly DesiredResource[], readonly string[]]>([
      ["a VIP of another name", [vip("old", "10.0.0.1")], [vip("new", "10.0.0.1")], ["old"]],
      ["an address spelled otherwise", [vip("old", "fd00::0:1")], [vip("new", "fd00::1")], ["old"]],
      ["a unit under another id", [unit("old")], [unit("new")], ["old"]],
      ["another VIP beside it", [vip("old", "10.0.0.1")], [vip("new", "10.0.0.2")], []],
      ["a VIP of another address", [vip("vip", "10.0.0.1")], [vip("vip", "10.0.0.2")], []],
      [
        "two VIPs that change their addresses",
        [vip("a", "10.0.0.1"), vip("b", "10.0.0.2")],
        [vip("a", "10.0.0.2"), vip("b", "10.0.0.1")],
        ["a", "b"],
      ],
      [
        "an address that goes to a new VIP",
        [vip("a", "10.0.0.1")],
        [vip("a", "10.0.0.2"), vip("b", "10.0.0.1")],
        ["a"],
      ],
    ])("%s", (_, before, after, expected) => expect(stopped(before, after)).toEqual(expected))

    test("not one that an operator has stopped", () => {
      const disabled = { ...vip("old", "10.0.0.1"), meta: { "target-role": "Stopped" } }
      expect(stopped([disabled], [vip("new", "10.0.0.1")])).toEqual([])
    })
  })
  test("a cluster without quorum is left as it is, unless nothing is to change", () => {
    const alone = members({ ...up(), cib: { ...up().cib, quorate: false } })
    expect(cib.findings?.(want("vip", "fresh"), alone)).toMatchObject([
      { severity: "error", message: expect.stringContaining("no quorum") },
    ])
    expect(cib.findings?.(want("vip"), alone)).toEqual([])
  })
  test("a node in a quorate cluster is elected before one without quorum, before one without a cluster", () => {
    const states = [up(), { ...up(), cib: { ...up().cib, quorate: false } }, have("cluster down\n")]
    expect(states.map((state) => cib.elect?.(want("vip"), state, facts))).toEqual([2, 1, 0])
  })
  test("says what is not ours, whether or not there is something to do", () => {
    expect(cib.standing?.(want("vip", "fresh"), members(up()))).toEqual({
      notes: ["Not ours, left alone: resource old"],
    })
    expect(cib.standing?.(want("vip", "old"), members(up()))).toEqual({})
  })
  test("says that no cluster runs, whatever another one on the node might say of itself", () => {
    expect(cib.standing?.(want("vip"), members(have("cluster down\n")))).toEqual({ headline: "no cluster runs yet" })
  })
})

describe("cib-record", () => {
  const wanted = { ...NOTHING, resource: ["vip"] }
  const written = (state: CibHave) => cibRecord.plan(wanted, state, [], facts).at(-1)

  test("equal: no drift", () => {
    expect(cibRecord.check(wanted, up(record(5, "vip")), facts)).toEqual([])
  })
  test("absent: written with the age of the CIB, for root alone", () => {
    expect(cibRecord.check(wanted, up(), facts)).toMatchObject([{ have: "absent", want: "1 object" }])
    expect(written(up())).toMatchObject({
      mode: "0600",
      content: expect.stringMatching(/^\{"epoch":7,.*"resource":\["vip"\]/),
    })
  })
  test("what was removed from the cluster is forgotten", () => {
    expect(written(up(record(5, "vip", "gone")))).toMatchObject({
      content: expect.stringMatching(/"epoch":7,.*"resource":\["vip"\]/),
    })
  })
  test("what is still in the cluster is not, and the record keeps its age", () => {
    expect(written(up(record(5, "vip", "old")))).toMatchObject({
      content: expect.stringMatching(/"epoch":5,.*"resource":\["old","vip"\]/),
    })
  })
  test("a node whose cluster is down forgets nothing", () => {
    expect(
      cibRecord.check(wanted, { ...have("cluster down\n"), lastApplied: record(5, "vip", "gone") }, facts),
    ).toEqual([])
  })
})
