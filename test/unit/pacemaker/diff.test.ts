import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { asNamed, clonedGroups, renamedGroups } from "../../../src/pacemaker/as-named.ts"
import { type Cib, EMPTY_CIB, EMPTY_TEXT, refersTo } from "../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import type { Desired } from "../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { leftOff } from "../../../src/pacemaker/diff-operation.ts"
import { driftOf } from "../../../src/pacemaker/drift.ts"
import { editCib } from "../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, type Ownership, ownershipOf } from "../../../src/pacemaker/ownership.ts"
import { element } from "../../../src/pacemaker/parts/element.ts"
import {
  cloned,
  colocation,
  DESIRES,
  desired,
  location,
  monitor,
  order,
  resource,
} from "../../cases/pacemaker/desires.ts"

const VIP = `<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">
  <instance_attributes id="vip-i"><nvpair id="vip-i-ip" name="ip" value="10.0.0.11"/></instance_attributes>
  <operations><op id="vip-m" name="monitor" interval="30s" timeout="20s"/><op id="vip-s" name="start" interval="0s" timeout="20s"/></operations>
</primitive>`
const WEB = `<clone id="web-clone"><primitive id="web" class="systemd" type="haproxy"/>
  <meta_attributes id="web-m"><nvpair id="web-m-i" name="interleave" value="yes"/></meta_attributes></clone>`

function cib(parts: { properties?: string; resources?: string; constraints?: string; defaults?: string }): Cib {
  const properties = parts.properties ?? ""
  return parseCib(`<cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="1"><configuration>
    <crm_config>${properties}</crm_config><nodes/><resources>${parts.resources ?? ""}</resources>
    <constraints>${parts.constraints ?? ""}</constraints>
    <rsc_defaults>${parts.defaults ?? ""}</rsc_defaults></configuration><status/></cib>`)
}

function set(id: string, ...pairs: [name: string, value: string][]): string {
  const inner = pairs.map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`)
  return `<cluster_property_set id="${id}">${inner.join("")}</cluster_property_set>`
}

const vip = resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { ip: "10.0.0.11" }, operations: [monitor("30s")] })
const web = resource("web", "systemd:haproxy", cloned("web-clone", { interleave: "true" }))

/** Attribute, have, want and risk of each drift, one line each. */
function drift(want: Desired, have: Cib, owned: Desired = want): string[] {
  const { changes } = diffCib(want, have, ownershipOf(owned))
  return driftOf(changes, false).map((one) => `${one.attribute}: ${one.have} -> ${one.want} (${one.risk})`)
}

describe("properties and defaults", () => {
  const have = cib({
    properties: set(
      "cib-bootstrap-options",
      ["dc-version", "2.1.5"],
      ["cluster-recheck-interval", "300"],
      ["other", "1"],
    ),
    defaults: `<meta_attributes id="d"><nvpair id="d-s" name="resource-stickiness" value="100"/></meta_attributes>`,
  })

  test("are compared by meaning: 5min is 300", () => {
    expect(drift(desired({ properties: { "cluster-recheck-interval": "5min" } }), have)).toEqual([])
  })
  test("that differ are drift, whoever wrote them", () => {
    const want = desired({ properties: { "cluster-recheck-interval": "1min", "stonith-enabled": "false" } })
    expect(drift(want, have, desired())).toEqual([
      "property cluster-recheck-interval: 300 -> 1min (none)",
      "property stonith-enabled: absent -> false (none)",
    ])
  })
  test("that are not named are left alone, unless haops set them", () => {
    expect(drift(desired(), have)).toEqual([])
    expect(drift(desired(), have, desired({ properties: { other: "1" } }))).toEqual([
      "property other: 1 -> default (none)",
    ])
  })
  test("of pacemaker itself are no foreign objects", () => {
    expect(diffCib(desired(), have, NOTHING_OWNED)).toEqual({ changes: [], foreign: [], conflicts: [], notes: [] })
  })
  test("of the seed are removed and hide nothing", () => {
    const seeded = cib({ properties: set("haops-seed", ["dc-deadtime", "2s"]) + set("cib-bootstrap-options") })
    expect(drift(desired({ properties: { "dc-deadtime": "2s" } }), seeded)).toEqual([
      "property dc-deadtime: seeded for the first election -> default (none)",
      "property dc-deadtime: absent -> 2s (none)",
    ])
  })
})

describe("resources", () => {
  const have = cib({ resources: VIP + WEB })
  const want = desired({ resources: [vip, web] })

  test("that mean the same are in sync: operations that are not named and spellings do not count", () => {
    expect(drift(want, have)).toEqual([])
  })
  test("that are missing are created without risk", () => {
    expect(drift(want, EMPTY_CIB)).toEqual([
      "resource vip: absent -> ocf:heartbeat:IPaddr2 ip=10.0.0.11  monitor 30s (none)",
      "resource web: absent -> systemd:haproxy  clone web-clone interleave=true (none)",
    ])
  })
  test("with a changed parameter restart, with a changed operation they do not", () => {
    const changed = { ...vip, parameters: { ip: "10.0.0.12", nic: "eth0" }, operations: [monitor("10s")] }
    expect(drift(desired({ resources: [changed, web] }), have)).toEqual([
      "resource vip ip: 10.0.0.11 -> 10.0.0.12 (restart)",
      "resource vip nic: absent -> eth0 (restart)",
      "resource vip monitor: monitor 30s timeout=20s -> monitor 10s timeout=20s (none)",
    ])
  })
  test("of haops lose what the inventory does not say", () => {
    const extra = cib({
      resources: VIP.replace("</instance_attributes>", '<nvpair id="x" name="nic" value="e"/></instance_attributes>'),
    })
    expect(drift(desired({ resources: [vip] }), extra)).toEqual(["resource vip nic: e -> absent (restart)"])
  })
  test("of haops that are wanted no more are deleted, at the risk of an outage", () => {
    expect(drift(desired({ resources: [web] }), have, want)).toEqual([
      "resource vip: ocf:heartbeat:IPaddr2 ip=10.0.0.11  monitor 30s timeout=20s -> absent (failover)",
    ])
  })
  test("of another agent are made anew, and their constraints with them", () => {
    const constraints = '<rsc_colocation id="c" rsc="vip" with-rsc="web-clone" score="INFINITY"/>'
    const other = desired({
      resources: [{ ...vip, agent: "ocf:heartbeat:Dummy" }, web],
      constraints: [colocation("c", "vip", "web-clone")],
    })
    const { changes } = diffCib(other, cib({ resources: VIP + WEB, constraints }), ownershipOf(other))
    expect(changes.map(({ type }) => type)).toEqual([
      "delete-constraint",
      "delete-resource",
      "create-resource",
      "create-constraint",
    ])
  })
  test.each([
    ["another agent", { agent: "systemd:nginx" }],
    ["another agent and a clone", { agent: "systemd:nginx", clone: { id: "web-clone", meta: {}, promotable: false } }],
    ["a bundle", { bundle: "box" }],
  ])("with %s that leave their group are made anew outside of it, and leave nothing first", (_, more) => {
    const box = element("bundle", { id: "box" }, [element("podman", { image: "localhost/web" })])
    const other = desired({
      resources: [vip, resource("web", "systemd:haproxy", more)],
      parts: [{ kind: "bundle", id: "box", element: box }],
    })
    const grouped = `<group id="pair"><primitive id="web" class="systemd" type="haproxy"/>${VIP}</group>`
    const text = EMPTY_TEXT.replace("<resources/>", `<resources>${grouped}</resources>`)
    const have = parseCib(text)
    const owned = ownershipOf(other)
    const edited = parseCib(editCib(text, diffCib(other, have, owned).changes, have, new Map()))
    expect(edited.resources.find(({ id }) => id === "web")).toMatchObject(more)
    expect(diffCib(other, edited, owned).changes).toEqual([])
  })
  test("of others are adopted when equal", () => {
    expect(diffCib(want, have, NOTHING_OWNED)).toEqual({ changes: [], foreign: [], conflicts: [], notes: [] })
  })
  test("of others that differ are a conflict and are not touched", () => {
    const { changes, conflicts } = diffCib(
      desired({ resources: [{ ...vip, parameters: { ip: "10.0.0.99" } }] }),
      have,
      NOTHING_OWNED,
    )
    expect(changes).toEqual([])
    expect(conflicts).toMatchObject([
      { severity: "error", message: "resource vip exists and was not created by haops; it differs: ip=10.0.0.11" },
    ])
  })
  describe("in a group that others have named otherwise", () => {
    const two =
      '<primitive id="web" class="systemd" type="haproxy"/><primitive id="log" class="systemd" type="rsyslog"/>'
    const have = cib({
      resources: `<group id="g">${two}</group>${VIP}`,
      constraints: '<rsc_colocation id="theirs" rsc="g" with-rsc="vip" score="INFINITY"/>',
    })
    const members = (group: string, ...ids: string[]) =>
      ids.map((id) => ({ ...resource(id, id === "web" ? "systemd:haproxy" : "systemd:rsyslog"), group }))
    const grouped = desired({
      resources: [...members("tail", "web", "log"), vip],
      constraints: [colocation("tail-with-vip", "tail", "vip"), location("home", "tail", "n1", "10")],
    })
    test("are taken with it by what it holds, and constraints go by its name", () => {
      for (const owned of [NOTHING_OWNED, ownershipOf(grouped)]) {
        const { changes, conflicts, foreign } = diffCib(grouped, have, owned)
        expect({ conflicts, foreign }).toEqual({ conflicts: [], foreign: [] })
        expect(driftOf(changes, false).map((one) => `${one.attribute}: ${one.want}`)).toEqual([
          "constraint home: g on n1 (10)",
        ])
      }
      expect(renamedGroups(grouped, have)).toEqual([{ resource: "tail", usual: "tail", name: "g" }])
    })
    test("and cloned, are told of by the name that it has", () => {
      const cloned = cib({ resources: `<clone id="cl-g"><group id="g">${two}</group></clone>${VIP}` })
      expect(clonedGroups(asNamed(grouped, cloned), cloned)).toEqual([{ group: "g", name: "cl-g" }])
    })
    test.each([
      ["another order", members("tail", "log", "web")],
      ["less in it", members("tail", "web")],
      [
        "a group of that name besides",
        [...members("tail", "web", "log"), { ...resource("x", "ocf:heartbeat:Dummy"), group: "g" }],
      ],
    ])("are not taken with %s", (_what, resources) => {
      expect(diffCib(desired({ resources }), have, NOTHING_OWNED).conflicts).not.toEqual([])
    })
  })
  test("of others are reported, never drift", () => {
    const { changes, foreign } = diffCib(desired({ resources: [web] }), have, NOTHING_OWNED)
    expect({ changes, foreign }).toEqual({ changes: [], foreign: ["resource vip"] })
  })
  test("whose id something else has cannot be created", () => {
    const { conflicts } = diffCib(
      desired({ resources: [resource("web-clone", "ocf:heartbeat:Dummy")] }),
      have,
      NOTHING_OWNED,
    )
    expect(conflicts).toMatchObject([{ message: expect.stringContaining("uses the id web-clone for something else") }])
  })
  test("that an operator disabled are noted, not enabled", () => {
    const meta =
      '<meta_attributes id="m"><nvpair id="m-t" name="target-role" value="Stopped"/></meta_attributes></primitive>'
    const { changes, notes } = diffCib(
      desired({ resources: [vip] }),
      cib({ resources: VIP.replace("</primitive>", meta) }),
      ownershipOf(want),
    )
    expect({ changes, notes }).toEqual({ changes: [], notes: ["vip: disabled by an operator (target-role=Stopped)"] })
  })
  describe("that others have cloned by a name of their own", () => {
    const other = cib({
      resources: VIP + WEB.replaceAll("web-clone", "cl-web"),
      constraints: '<rsc_colocation id="theirs" rsc="vip" with-rsc="cl-web" score="INFINITY"/>',
    })
    const ties = [colocation("vip-with-web", "vip", "web-clone"), order("web-first", "web-clone", "vip")]
    const placed = location("web-home", "web-clone", "n1", "10")
    const tied = desired({ resources: [vip, web], constraints: [...ties, placed] })
    test("are recognised by what they hold, and constraints go by that name", () => {
      const { changes, conflicts, foreign } = diffCib(tied, other, ownershipOf(want))
      expect(conflicts).toEqual([])
      expect(foreign).toEqual([])
      expect(driftOf(changes, false).map((one) => `${one.attribute}: ${one.want}`)).toEqual([
        "constraint web-first: cl-web then vip",
        "constraint web-home: cl-web on n1 (10)",
      ])
    })
    test("are adopted so, and changed so, as are sets, tags and permissions that name them", () => {
      const set = element("resource_set", { id: "s" }, [element("resource_ref", { id: "web-clone" })])
      const parts = [
        {
          kind: "tag" as const,
          id: "t",
          element: element("tag", { id: "t" }, [element("obj_ref", { id: "web-clone" })]),
        },
      ]
      const constraint = { type: "composed" as const, id: "c", element: element("rsc_order", { id: "c" }, [set]) }
      const changed = { ...web, clone: { ...web.clone!, meta: { interleave: "true", "clone-max": "2" } } }
      const all = desired({ resources: [vip, changed], constraints: [constraint], parts })
      const { changes } = diffCib(all, other, ownershipOf(all))
      const text = `<cib><configuration><resources>${VIP + WEB.replaceAll("web-clone", "cl-web")}</resources></configuration></cib>`
      const written = editCib(text, changes, other, new Map())
      expect(written).not.toContain("web-clone")
      expect(written.match(/<clone /g)).toHaveLength(1)
      expect(written).toContain('<resource_ref id="cl-web"')
      expect(written).toContain('<obj_ref id="cl-web"')
      expect(diffCib(all, parseCib(written), ownershipOf(all)).changes).toEqual([])
    })
    test("are called as the inventory calls them where it does, and made anew where one alone promotes", () => {
      const named = desired({
        resources: [vip, resource("web", "systemd:haproxy", cloned("mine", { interleave: "yes" }))],
      })
      expect(drift(named, other)).toEqual([
        "resource web: clone cl-web interleave=yes -> not cloned (failover)",
        "resource web: not cloned -> clone mine interleave=yes (restart)",
      ])
      expect(diffCib(named, other, NOTHING_OWNED).conflicts).toMatchObject([
        { message: expect.stringContaining("it differs: clone cl-web interleave=yes, not cloned as mine") },
      ])
      const promoting = desired({ resources: [vip, resource("web", "systemd:haproxy", cloned("web-clone", {}, true))] })
      expect(drift(promoting, other)[1]).toBe("resource web: not cloned -> promotable clone web-clone (restart)")
    })
    test("with their group are told, and the group goes by its own name", () => {
      const grouped = desired({ resources: [{ ...resource("web", "systemd:haproxy"), group: "g" }] })
      const have = cib({
        resources: `<clone id="cl-g"><group id="g"><primitive id="web" class="systemd" type="haproxy"/></group></clone>`,
      })
      expect(clonedGroups(grouped, have)).toEqual([{ group: "g", name: "cl-g" }])
      expect(drift(grouped, have)).toEqual([])
    })
    test("are not cloned by an id that is something else's", () => {
      const bare = cib({
        resources: `${VIP}<primitive id="web-clone" class="systemd" type="x"/><primitive id="web" class="systemd" type="haproxy"/>`,
      })
      const { changes, conflicts } = diffCib(want, bare, ownershipOf(want))
      expect(changes).toEqual([])
      expect(conflicts).toMatchObject([
        { message: "resource web cannot be cloned: the cluster uses the id web-clone for something else" },
      ])
    })
    test("in a group, with the group, come out of it before they are cloned: no clone is within another", () => {
      const inGroup = `<clone id="cl-g"><group id="g"><primitive id="web" class="systemd" type="haproxy"/></group></clone>`
      const text = `<cib><configuration><resources>${VIP}${inGroup}</resources></configuration></cib>`
      const { changes } = diffCib(want, parseCib(text), ownershipOf(want))
      const written = editCib(text, changes, parseCib(text), new Map())
      expect(written).toMatch(/<clone id="web-clone">\s*<primitive id="web"/)
      expect(written).not.toContain("cl-g")
      expect(diffCib(want, parseCib(text), NOTHING_OWNED).conflicts).not.toEqual([])
    })
  })
  describe("whose monitor is switched off", () => {
    const off = (value: string) => VIP.replace('timeout="20s"/>', `timeout="20s" enabled="${value}"/>`)
    const unmanaged = (name: string, value: string) => {
      const meta = `<meta_attributes id="m"><nvpair id="m-i" name="${name}" value="${value}"/></meta_attributes></primitive>`
      return off("0").replace("</primitive>", meta)
    }
    const only = desired({ resources: [vip] })
    test.each(["false", "0", "no", "Off"])("by %s get it on again where the inventory has it", (value) => {
      expect(drift(only, cib({ resources: off(value) }))).toEqual([
        `resource vip monitor: monitor 30s timeout=20s switched off (enabled=${value}) -> monitor 30s timeout=20s (none)`,
      ])
    })
    test("lose no more than that, and are left alone then", () => {
      const have = cib({ resources: off("false") })
      const text = `<cib><configuration><resources>${off("false")}</resources></configuration></cib>`
      const { changes } = diffCib(only, have, ownershipOf(only))
      const written = editCib(text, changes, have, new Map())
      expect(written).toBe(text.replace(' enabled="false"', ""))
      expect(diffCib(only, parseCib(written), ownershipOf(only)).changes).toEqual([])
    })
    test("are left so where the inventory says so, and where it has no such operation, which is noted", () => {
      const silent = desired({ resources: [{ ...vip, operations: [] }] })
      expect(diffCib(silent, cib({ resources: off("false") }), ownershipOf(silent))).toMatchObject({
        changes: [],
        notes: ["vip: its monitor is switched off by an operator (enabled=false)"],
      })
      const said = desired({
        resources: [{ ...vip, operations: [{ name: "monitor", options: { interval: "30s", enabled: "false" } }] }],
      })
      expect(diffCib(said, cib({ resources: off("0") }), ownershipOf(said))).toMatchObject({ changes: [], notes: [] })
      expect(drift(said, cib({ resources: VIP }))).toEqual([
        "resource vip monitor: monitor 30s timeout=20s -> monitor 30s timeout=20s switched off (enabled=false) (none)",
      ])
    })
    test("by a set of the operation, which pacemaker does not go by, are on", () => {
      const set = `<meta_attributes id="s"><nvpair id="s-e" name="enabled" value="false"/></meta_attributes>`
      const have = cib({ resources: VIP.replace('timeout="20s"/>', `timeout="20s">${set}</op>`) })
      expect(diffCib(only, have, ownershipOf(only))).toMatchObject({ changes: [], notes: [] })
    })
    test("are told of where they differ otherwise, too, as pcs leaves them", () => {
      const have = [{ id: "m", name: "monitor", options: { interval: "30s", enabled: "false" } }]
      const operations = [monitor("30s", { timeout: "20s" })]
      expect(leftOff(operations, have, { resting: true })).toEqual(have)
      expect(leftOff(operations, have, { resting: false })).toEqual([])
    })
    test.each([
      ["is-managed", "false", "unmanaged by an operator (is-managed=false)"],
      ["maintenance", "true", "put into maintenance by an operator"],
    ])("wait for the operator who has them in hand: %s", (name, value, note) => {
      expect(diffCib(only, cib({ resources: unmanaged(name, value) }), ownershipOf(only))).toMatchObject({
        changes: [],
        notes: [`vip: ${note}`, "vip: its monitor is switched off by an operator (enabled=0)"],
      })
    })
  })
  test("are not deleted under a constraint of somebody else's", () => {
    const constraints = '<rsc_location id="cli-prefer-vip" rsc="vip" node="n" score="INFINITY"/>'
    const { conflicts } = diffCib(
      desired({ resources: [web] }),
      cib({ resources: VIP + WEB, constraints }),
      ownershipOf(want),
    )
    expect(conflicts).toMatchObject([
      {
        message: expect.stringContaining("constraint cli-prefer-vip"),
        hint: expect.stringContaining("pcs constraint delete cli-prefer-vip"),
      },
    ])
  })
  test("hide the passwords of fencing devices", () => {
    const device = resource("f", "stonith:fence_x", { fencing: true, parameters: { ip: "1", passwd: "hush" } })
    expect(drift(desired({ resources: [device] }), EMPTY_CIB).join()).not.toContain("hush")
  })
})

describe("constraints", () => {
  const resources = VIP + WEB
  const base = { resources: [vip, web] }

  test.each([
    [
      "colocation",
      '<rsc_colocation id="c" rsc="vip" with-rsc="web-clone" score="1000000"/>',
      colocation("c", "vip", "web-clone"),
    ],
    [
      "order",
      '<rsc_order id="o" first="vip" then="web-clone" score="0"/>',
      order("o", "vip", "web-clone", { kind: "Optional" }),
    ],
    [
      "order with its defaults written out",
      '<rsc_order id="o" first="vip" first-action="start" then="web-clone" then-action="start" kind="Mandatory" symmetrical="true"/>',
      order("o", "vip", "web-clone"),
    ],
    [
      "location",
      '<rsc_location id="l" rsc="vip" node="n1" score="+INFINITY"/>',
      location("l", "vip", "n1", "INFINITY"),
    ],
  ])("a %s that means the same is in sync", (_name, constraints, constraint) => {
    expect(drift(desired({ ...base, constraints: [constraint] }), cib({ resources, constraints }))).toEqual([])
  })
  test("that differ are replaced", () => {
    const constraints = '<rsc_colocation id="c" rsc="vip" with-rsc="web-clone" score="100"/>'
    expect(
      drift(desired({ ...base, constraints: [colocation("c", "vip", "web-clone")] }), cib({ resources, constraints })),
    ).toEqual([
      "constraint c: vip with web-clone (100) -> absent (failover)",
      "constraint c: absent -> vip with web-clone (failover)",
    ])
  })
  test("that were deleted by hand are made again", () => {
    const want = desired({ ...base, constraints: [order("o", "vip", "web-clone", { kind: "Optional" })] })
    expect(drift(want, cib({ resources }))).toEqual(["constraint o: absent -> vip then web-clone (Optional) (none)"])
  })
  test("that somebody made under another id satisfy, and are not owned", () => {
    const constraints =
      '<rsc_colocation id="colocation-vip-web-clone-INFINITY" rsc="vip" with-rsc="web-clone" score="INFINITY"/>'
    const want = desired({ ...base, constraints: [colocation("c", "vip", "web-clone")] })
    expect(diffCib(want, cib({ resources, constraints }), ownershipOf(want))).toEqual({
      changes: [],
      foreign: [],
      conflicts: [],
      notes: [],
    })
  })
  test("are there under another id at once, and not first gone", () => {
    const said = '<rsc_colocation id="c" rsc="vip" with-rsc="web-clone" score="INFINITY"/>'
    const before = desired({ ...base, constraints: [colocation("c", "vip", "web-clone")] })
    const renamed = desired({ ...base, constraints: [colocation("d", "vip", "web-clone")] })
    const anew = "constraint d: absent -> vip with web-clone (failover)"
    expect(drift(renamed, cib({ resources, constraints: said }), before)).toEqual([
      "constraint c: vip with web-clone -> absent (failover)",
      anew,
    ])
    const two = [colocation("c", "vip", "web-clone", "7"), ...renamed.constraints]
    expect(drift(desired({ ...base, constraints: two }), cib({ resources, constraints: said }), before)).toEqual([
      "constraint c: vip with web-clone -> absent (failover)",
      "constraint c: absent -> vip with web-clone (7) (failover)",
      anew,
    ])
  })
  test("of others are reported, those of rules and sets too", () => {
    const constraints = `<rsc_location id="cli-prefer-vip" rsc="vip" node="n" score="INFINITY"/>
      <rsc_order id="set"><resource_set id="s"><resource_ref id="vip"/></resource_set></rsc_order>`
    const { changes, foreign } = diffCib(desired(base), cib({ resources, constraints }), ownershipOf(desired(base)))
    expect({ changes, foreign }).toEqual({ changes: [], foreign: ["constraint cli-prefer-vip", "constraint set"] })
  })
  test("of others whose rule has ended are called expired", () => {
    const ban = (id: string, end: string, rule = "and") =>
      `<rsc_location id="${id}" rsc="vip" role="Started"><rule id="${id}-r" score="-INFINITY" boolean-op="${rule}">
        <expression id="${id}-e" attribute="#uname" operation="eq" value="n"/>
        <date_expression id="${id}-l" operation="lt" end="${end}"/></rule></rsc_location>`
    const constraints = [
      ban("past", "2020-11-29 09:10:20Z"),
      ban("past-elsewhere", "2020-11-29 09:10:20 +01:00"),
      ban("future", "2999-11-29 09:10:20Z"),
      ban("either", "2020-11-29 09:10:20Z", "or"),
    ].join("")
    expect(diffCib(desired(base), cib({ resources, constraints }), ownershipOf(desired(base))).foreign).toEqual([
      "constraint past (expired)",
      "constraint past-elsewhere (expired)",
      "constraint future",
      "constraint either",
    ])
  })
})

const states = Object.values(DESIRES)

/** A desired state with any of the resources, groups, clones and constraints of the others, some of them changed. */
const anyDesired = fc
  .record({
    from: fc.constantFrom(...states),
    kept: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    changed: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    often: fc.boolean(),
  })
  .map(({ from, kept, changed, often }): Desired => {
    const operations = [monitor(often ? "5s" : "1min")]
    const resources = from.resources
      .map((one, at) => (changed[at] ? { ...one, operations } : one))
      .filter((_, at) => kept[at])
    const ids = new Set(resources.flatMap(({ id, clone, group }) => [clone ? clone.id : id, group]))
    const present = (one: (typeof from.constraints)[number]) => refersTo(one).every((id) => ids.has(id))
    return { ...from, resources, constraints: from.constraints.filter(present) }
  })

property.prop([anyDesired, anyDesired])(
  "from any state to any other, carrying out the difference leaves none",
  (first, second) => {
    const built = led(EMPTY_TEXT, first, NOTHING_OWNED)
    const left = { changes: [], foreign: [], conflicts: [], notes: [] }
    expect(diffCib(first, parseCib(built), ownershipOf(first))).toEqual(left)
    const changed = led(built, second, ownershipOf(first))
    expect(diffCib(second, parseCib(changed), ownershipOf(second))).toEqual(left)
    const ids = [...changed.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(new Set(ids).size)
  },
)

property.prop([anyDesired, anyDesired])(
  "whatever others call clones, none is made beside or around another, and the inventory's own names are those that are there",
  (first, second) => {
    const called = led(EMPTY_TEXT, first, NOTHING_OWNED).replace(/"([\w-]+)-clone"/g, '"cl-$1"')
    const changed = led(called, second, ownershipOf(first))
    expect(diffCib(second, parseCib(changed), ownershipOf(second))).toMatchObject({ changes: [], conflicts: [] })
    expect(changed).not.toMatch(/<clone [^>]*>\s*<clone /)
    const clones = second.resources.flatMap(({ clone }) => clone?.id ?? [])
    expect(changed.match(/<clone /g) ?? []).toHaveLength(clones.length)
    const ids = [...changed.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(new Set(ids).size)
  },
)

/** The text of a CIB in which the difference was carried out. */
function led(text: string, want: Desired, owned: Ownership): string {
  const have = parseCib(text)
  return editCib(text, diffCib(want, have, owned).changes, have, new Map())
}

describe("a truth in any of the words that pacemaker reads", () => {
  const promoted = (word: string) => `<clone id="web-clone"><primitive id="web" class="systemd" type="haproxy"/>
    <meta_attributes id="m"><nvpair id="m-p" name="promotable" value="${word}"/></meta_attributes></clone>`
  const promoting = (promotable: boolean) =>
    desired({ resources: [resource("web", "systemd:haproxy", { clone: { id: "web-clone", meta: {}, promotable } })] })
  const ordered = (word: string) => `<rsc_order id="o" first="vip" then="web-clone" symmetrical="${word}"/>`
  const ordering = (symmetrical: boolean) =>
    desired({ resources: [vip, web], constraints: [order("o", "vip", "web-clone", { symmetrical })] })

  test.each(["true", "1", "yes", "on", "Y", "TRUE"])("%s is true", (word) => {
    expect(drift(promoting(true), cib({ resources: promoted(word) }))).toEqual([])
    expect(drift(ordering(true), cib({ resources: VIP + WEB, constraints: ordered(word) }))).toEqual([])
  })
  test.each(["false", "0", "no"])("%s is false", (word) => {
    expect(drift(promoting(false), cib({ resources: promoted(word) }))).toEqual([])
    expect(drift(ordering(false), cib({ resources: VIP + WEB, constraints: ordered(word) }))).toEqual([])
  })
})

test("a clone that is made anew stays stopped where an operator has stopped it", () => {
  const stopped = WEB.replace(
    "</meta_attributes>",
    '<nvpair id="web-m-r" name="target-role" value="Stopped"/></meta_attributes>',
  )
  const want = desired({ resources: [resource("web", "systemd:haproxy", cloned("webs", { interleave: "true" }))] })
  const { changes } = diffCib(want, cib({ resources: stopped }), ownershipOf(want))
  expect(changes).toMatchObject([
    { type: "unclone", clone: { id: "web-clone" } },
    { type: "clone", clone: { id: "webs", meta: { "target-role": "Stopped", interleave: "true" } } },
  ])
})

describe("two resources that would manage one thing", () => {
  const other = (meta = "") =>
    `<clone id="lb-clone"><primitive id="lb" class="systemd" type="haproxy.service">${meta}</primitive></clone>`
  const told = (resources: string, want = desired({ resources: [vip, web] }), owned = NOTHING_OWNED) =>
    diffCib(want, cib({ resources }), owned).conflicts.map(({ severity, message }) => `${severity}: ${message}`)

  test("somebody's of the same unit is told, whether ours is there or is to be created", () => {
    const said = "resource lb, which was not created by haops, manages haproxy.service as web does"
    for (const resources of [other(), other() + WEB])
      expect(told(resources)).toEqual([`warning: ${said}: each stops what the other has started`])
  })

  test("and of the same address", () => {
    const twin = VIP.replaceAll('"vip', '"old-vip')
    expect(told(VIP + twin)).toEqual([expect.stringContaining("resource old-vip, which")])
    expect(told(VIP + twin.replace("10.0.0.11", "10.0.0.12"))).toEqual([])
  })

  test("nothing where it is haops's own, runs in a container, is not managed, or is the inventory's by its name", () => {
    const owned = ownershipOf(desired({ resources: [resource("lb", "systemd:haproxy")] }))
    expect(told(other(), desired({ resources: [vip, web] }), owned)).toEqual([])
    const off = '<meta_attributes id="m"><nvpair id="m-1" name="is-managed" value="false"/></meta_attributes>'
    expect(told(other(off))).toEqual([])
    expect(
      told(other(), desired({ resources: [resource("lb", "systemd:haproxy.service", cloned("lb-clone", {}))] })),
    ).toEqual([])
    const bundle = `<bundle id="box"><docker image="x"/><primitive id="lb" class="systemd" type="haproxy"/></bundle>`
    expect(told(bundle)).toEqual([])
  })
})
