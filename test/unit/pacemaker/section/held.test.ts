import { describe, expect, test } from "vitest"
import { EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { type Desired, desiredCib } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../../src/pacemaker/drift.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { transactionScript } from "../../../../src/pacemaker/transaction.ts"
import { withPacemaker } from "./support.ts"

const wants = (parts: string): Desired => desiredCib(withPacemaker(parts))!
const NODES = EMPTY_TEXT.replace(
  "<nodes/>",
  '<nodes>\n      <node id="1" uname="c1"/>\n      <node id="2" uname="c2"/>\n    </nodes>',
)

function led(text: string, want: Desired, owned = ownershipOf(want)): string {
  const have = parseCib(text)
  return editCib(text, diffCib(want, have, owned).changes, have, new Map())
}

/** The lines of the one that the other does not have. */
function lacking(one: string, other: string): string[] {
  const lines = new Set(other.split("\n").map((line) => line.trim()))
  return one
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !lines.has(line))
}

const BARE = "  resources: { web: { agent: ocf:heartbeat:Dummy } }\n"
const ALL = `  resources:
    web:
      agent: ocf:heartbeat:Dummy
      utilization: { cpu: 2 }
      rules:
        - { where: date-spec hours=9-16, meta: { priority: 7 } }
        - { where: "#uname eq c1", score: 5, parameters: { fake: home }, id: at-home }
  resourceDefaultRules: [{ where: "resource ::Dummy", values: { priority: 3 } }]
  operationDefaultRules: [{ where: op monitor, values: { timeout: 33s } }]
  nodes: { c1: { attributes: { rack: 7 }, utilization: { cpu: 8 } } }
`

describe("utilization, rules and attributes of nodes", () => {
  const want = wants(ALL)
  const bare = wants(BARE)
  const before = led(NODES, bare)
  const text = led(before, want)

  test("are written into what they are of", () => {
    expect(lacking(text, before).filter((line) => !line.startsWith("</"))).toEqual([
      '<node id="1" uname="c1">',
      '<instance_attributes id="nodes-1">',
      '<nvpair id="nodes-1-rack" name="rack" value="7"/>',
      '<utilization id="nodes-1-utilization">',
      '<nvpair id="nodes-1-utilization-cpu" name="cpu" value="8"/>',
      '<utilization id="web-utilization">',
      '<nvpair id="web-utilization-cpu" name="cpu" value="2"/>',
      '<meta_attributes id="web-meta_attributes-date-spec_hours_9-16">',
      '<rule id="web-meta_attributes-date-spec_hours_9-16-rule" boolean-op="and" score="INFINITY">',
      '<date_expression id="web-meta_attributes-date-spec_hours_9-16-rule-expr" operation="date_spec">',
      '<date_spec id="web-meta_attributes-date-spec_hours_9-16-rule-expr-datespec" hours="9-16"/>',
      '<nvpair id="web-meta_attributes-date-spec_hours_9-16-priority" name="priority" value="7"/>',
      '<instance_attributes id="at-home" score="5">',
      '<rule id="at-home-rule" boolean-op="and" score="INFINITY">',
      '<expression id="at-home-rule-expr" attribute="#uname" operation="eq" value="c1"/>',
      '<nvpair id="at-home-fake" name="fake" value="home"/>',
      "<rsc_defaults>",
      '<meta_attributes id="rsc_defaults-meta_attributes-resource_Dummy">',
      '<rule id="rsc_defaults-meta_attributes-resource_Dummy-rule" boolean-op="and" score="INFINITY">',
      '<rsc_expression id="rsc_defaults-meta_attributes-resource_Dummy-rule-expr" type="Dummy"/>',
      '<nvpair id="rsc_defaults-meta_attributes-resource_Dummy-priority" name="priority" value="3"/>',
      "<op_defaults>",
      '<meta_attributes id="op_defaults-meta_attributes-op_monitor">',
      '<rule id="op_defaults-meta_attributes-op_monitor-rule" boolean-op="and" score="INFINITY">',
      '<op_expression id="op_defaults-meta_attributes-op_monitor-rule-expr" name="monitor"/>',
      '<nvpair id="op_defaults-meta_attributes-op_monitor-timeout" name="timeout" value="33s"/>',
    ])
  })

  test("are found again, change in place, and go with the inventory that named them", () => {
    expect(diffCib(want, parseCib(text), ownershipOf(want)).changes).toEqual([])
    const after = wants(
      ALL.replace("cpu: 2", "cpu: 3").replace("rack: 7", "rack: 9").replace("priority: 7", "priority: 8"),
    )
    expect(lacking(led(text, after), text)).toEqual([
      '<nvpair id="nodes-1-rack" name="rack" value="9"/>',
      '<nvpair id="web-utilization-cpu" name="cpu" value="3"/>',
      '<nvpair id="web-meta_attributes-date-spec_hours_9-16-priority" name="priority" value="8"/>',
    ])
    const gone = led(text, bare, ownershipOf(want))
    expect(gone).not.toMatch(/<nvpair id="(nodes|web|at|rsc|op)/)
    expect(led(text, bare, ownershipOf(bare))).toBe(text)
  })

  test("read aloud, with what they may cost", () => {
    const drift = driftOf(diffCib(want, parseCib(before), ownershipOf(want)).changes, false)
    expect(drift.map((one) => `${one.attribute}: ${one.want}: ${one.risk}`)).toEqual([
      "node attribute c1 rack: 7: failover",
      "node utilization c1 cpu: 8: failover",
      "utilization web: cpu=2: failover",
      "rule web-meta_attributes-date-spec_hours_9-16: priority=7 where date-spec hours=9-16: none",
      "rule at-home: fake=home where #uname eq c1: restart",
      "rule rsc_defaults-meta_attributes-resource_Dummy: priority=3 where resource ::Dummy: none",
      "rule op_defaults-meta_attributes-op_monitor: timeout=33s where op monitor: none",
    ])
  })

  test("are written again with a resource that is made anew", () => {
    const other = wants(ALL.replace("ocf:heartbeat:Dummy", "ocf:pacemaker:Dummy"))
    const rebuilt = led(text, other)
    expect(rebuilt).toContain('type="Dummy"')
    expect(diffCib(other, parseCib(rebuilt), ownershipOf(other)).changes).toEqual([])
    expect(rebuilt.match(/name="cpu" value="2"/g)).toHaveLength(1)
  })

  test("are not written into a resource that cannot be made, which is told", () => {
    const taken = EMPTY_TEXT.replace("<resources/>", '<resources><bundle id="web"/></resources>')
    const { changes, conflicts } = diffCib(want, parseCib(taken), NOTHING_OWNED)
    expect(conflicts.map(({ message }) => message)).toEqual([
      "resource web cannot be created: the cluster uses the id web for something else",
    ])
    expect(driftOf(changes, false).map(({ attribute }) => attribute)).not.toContain("utilization web")
    const cloned = wants("  resources: { web: { agent: ocf:heartbeat:Dummy, clone: true, utilization: { cpu: 2 } } }\n")
    const other = parseCib(EMPTY_TEXT.replace("<resources/>", '<resources><bundle id="web-clone"/></resources>'))
    const text = editCib(EMPTY_TEXT, diffCib(cloned, other, NOTHING_OWNED).changes, other, new Map())
    expect(text).not.toContain("utilization")
  })

  test("go along where a rule of the same id is said of another resource", () => {
    const rule = "rules: [{ id: night, where: date-spec hours=1-2, meta: { priority: 5 } }]"
    const said = (first: string, second: string) =>
      wants(
        `  resources: { a: { agent: ocf:heartbeat:Dummy, ${first} }, b: { agent: ocf:heartbeat:Dummy, ${second} } }\n`,
      )
    const [inA, inB] = [said(rule, ""), said("", rule)]
    const written = led(NODES, inA)
    const moved = led(written, inB, ownershipOf(inA))
    expect(parseCib(moved).parts.map(({ id, holder }) => `${id} in ${holder}`)).toEqual(["night in b"])
    expect(diffCib(inB, parseCib(moved), ownershipOf(inB)).changes).toEqual([])
    const { conflicts } = diffCib(inB, parseCib(written), { ...ownershipOf(inA), part: new Set() })
    expect(conflicts.map(({ message }) => message)).toEqual([
      "rule night cannot be created: the cluster uses its id for something else",
    ])
  })

  test("of a node count as the last of its sets has them, as pacemaker goes by them", () => {
    const set = (id: string, rack: string) =>
      `<instance_attributes id="${id}"><nvpair id="${id}-rack" name="rack" value="${rack}"/></instance_attributes>`
    const two = before.replace(
      /<node id="1" uname="c1"\/>/,
      `<node id="1" uname="c1">${set("a", "1")}${set("b", "2")}</node>`,
    )
    const rack = (value: number) => wants(`${BARE}  nodes: { c1: { attributes: { rack: ${value} } } }\n`)
    expect(diffCib(rack(2), parseCib(two), ownershipOf(rack(2))).changes).toEqual([])
    const changed = led(two, rack(3))
    expect(changed).toContain(set("b", "3"))
    expect(diffCib(rack(3), parseCib(changed), ownershipOf(rack(3))).changes).toEqual([])
  })

  test("are nobody's drift on a node that has not joined yet", () => {
    const alone = before.replace(/\n *<node id="1" uname="c1"\/>/, "")
    const keys = driftOf(diffCib(want, parseCib(alone), ownershipOf(want)).changes, false).map(
      ({ attribute }) => attribute,
    )
    expect(keys.filter((key) => key.startsWith("node"))).toEqual([])
  })

  test("conflict where an operator has said otherwise", () => {
    const theirs = text.replace('name="rack" value="7"', 'name="rack" value="8"')
    const own = { ...NOTHING_OWNED, resource: new Set(["web"]) }
    expect(diffCib(want, parseCib(theirs), own).conflicts.map(({ message }) => message)).toEqual([
      "node attribute c1 rack exists and was not created by haops; it says 8, the inventory says 7",
    ])
  })

  test("of nodes are pushed by themselves where resources stop first", () => {
    const transaction = (to: string) =>
      transactionScript({
        ...{ from: before, to, fingerprint: "x", claim: { epoch: 1, owned: NOTHING_OWNED } },
        first: [{ id: "web", role: undefined }],
      })
    expect(transaction(text).match(/cibadmin --patch/g)).toHaveLength(4)
    expect(transaction(before).match(/cibadmin --patch/g)).toHaveLength(3)
  })

  test("are told where they count for nothing", () => {
    const told = (text: string) => withPacemaker(text).warnings.filter((one) => one.includes("placement-strategy"))
    expect(told(ALL)).toHaveLength(1)
    expect(told(`${ALL}  properties: { placement-strategy: balanced }\n`)).toEqual([])
    expect(told(BARE)).toEqual([])
  })

  test.each([
    ["  nodes: { c3: { attributes: { a: 1 } } }", 'there is no member of the cluster "c3"'],
    ["  nodes: { c1: { utilization: { cpu: many } } }", "expected a number, got text"],
    [
      "  resourceDefaultRules: [{ where: op start, values: { priority: 3 } }]",
      "such a default depends on dates and resource alone",
    ],
    [
      "  resources: { w: { agent: lsb:w, rules: [{ where: defined x, meta: { priority: 1 } }] } }",
      "a meta attribute depends on dates alone",
    ],
    [
      "  resources: { w: { agent: lsb:w, rules: [{ where: date, meta: { priority: 1 } }] } }",
      "expected gt, lt or in_range after date at its end",
    ],
    [
      "  resources: { w: { agent: lsb:w, rules: [{ where: date gt 2037-01-01, meta: { priority: high } }] } }",
      "expected a whole number or INFINITY",
    ],
    [
      "  resources: { w: { agent: lsb:w, rules: [{ where: defined x, parameters: { passwd: hunter2 } }] } }",
      "a secret here would show in the process list of the nodes; name a file of the node's",
    ],
  ])("%s is refused with its line", (line, why) => {
    expect(() => withPacemaker(line)).toThrow(/^i\.yaml:5:/)
    expect(() => withPacemaker(line)).toThrow(why)
  })
})
