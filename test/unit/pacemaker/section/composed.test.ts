import { describe, expect, test } from "vitest"
import { EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { type Desired, desiredCib } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../../src/pacemaker/drift.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { schemaFindings } from "../../../../src/pacemaker/schema-check.ts"
import { parseInventory } from "../../parse-inventory.ts"

const inventory = (constraints: string) =>
  parseInventory(
    `name: test
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker:
  password: { env: P }
  resources:
    web: { agent: ocf:heartbeat:Dummy }
    db: { agent: ocf:pacemaker:Stateful, clone: { promotable: true } }
    one: { agent: ocf:heartbeat:Dummy, group: all }
  constraints:
${constraints}`,
    "i.yaml",
  )

const wants = (constraints: string): Desired => desiredCib(inventory(constraints))!

function led(text: string, want: Desired, owned = ownershipOf(want)): string {
  const have = parseCib(text)
  return editCib(text, diffCib(want, have, owned).changes, have, new Map())
}

const constraintsOf = (text: string) =>
  /<constraints>\n(.*?)\n *<\/constraints>/s
    .exec(text)?.[1]
    ?.split("\n")
    .map((line) => line.trim())

const TEXT = `    - { order: [[web, all], { resources: [db-clone], sequential: false, requireAll: false, action: promote }], kind: Optional }
    - { colocate: web, with: db-clone, withRole: Promoted, score: 7 }
    - { locate: { pattern: "w.*" }, where: not_defined pingd, score: -INFINITY }
    - { ticket: t1, resources: web, role: Started, lossPolicy: fence }
`

describe("constraints with sets, rules, patterns, roles and tickets", () => {
  test("are written as pcs writes them, and found again", () => {
    const want = wants(TEXT)
    const text = led(EMPTY_TEXT, want)
    expect(constraintsOf(text)).toEqual([
      '<rsc_order id="order-set-web-all-set-db-clone" kind="Optional">',
      '<resource_set id="order-set-web-all-set-db-clone_set">',
      '<resource_ref id="web"/>',
      '<resource_ref id="all"/>',
      "</resource_set>",
      '<resource_set id="order-set-web-all-set-db-clone_set-1" sequential="false" require-all="false" action="promote">',
      '<resource_ref id="db-clone"/>',
      "</resource_set>",
      "</rsc_order>",
      '<rsc_colocation id="colocation-web-db-clone-Promoted-7" rsc="web" with-rsc="db-clone" score="7" with-rsc-role="Promoted"/>',
      '<rsc_location id="location-pattern-w._-not_defined_pingd" rsc-pattern="w.*">',
      '<rule id="location-pattern-w._-not_defined_pingd-rule" boolean-op="and" score="-INFINITY">',
      '<expression id="location-pattern-w._-not_defined_pingd-rule-expr" attribute="pingd" operation="not_defined"/>',
      "</rule>",
      "</rsc_location>",
      '<rsc_ticket id="ticket-t1-web-Started" rsc="web" rsc-role="Started" ticket="t1" loss-policy="fence"/>',
    ])
    const none = { changes: [], foreign: [], conflicts: [], notes: [] }
    expect(diffCib(want, parseCib(text), ownershipOf(want))).toEqual(none)
    // Whoever made them under whichever ids.
    const others = text.replaceAll(/id="((order|location|ticket|colocation)-[^"]*)"/g, 'id="by-hand-$1"')
    const resources = { ...NOTHING_OWNED, resource: ownershipOf(want).resource }
    expect(diffCib(want, parseCib(others), resources)).toEqual(none)
  })

  test("read aloud in a plan, and cost what they may", () => {
    const want = wants(TEXT)
    const bare = led(EMPTY_TEXT, { ...want, constraints: [] })
    const drift = driftOf(diffCib(want, parseCib(bare), ownershipOf(want)).changes, false)
    expect(drift.map((one) => `${one.want}: ${one.risk}`)).toEqual([
      "in order [web all] then [db-clone sequential=false require-all=false action=promote] (Optional): none",
      "web with Promoted db-clone (7): failover",
      "/w.*/ where not_defined pingd (-INFINITY): failover",
      "web with the ticket t1 (fence): failover".replace("web", "Started web"),
    ])
  })

  test("change where they are ours, conflict where they are not, and go when they are wanted no more", () => {
    const before = wants("    - { colocate: [[web, db-clone]], id: sets }\n")
    const after = wants("    - { colocate: [[db-clone, web]], id: sets }\n")
    const text = led(EMPTY_TEXT, before)
    const changed = led(text, after, ownershipOf(before))
    expect(changed.match(/<resource_ref [^>]*>/g)).toEqual([
      '<resource_ref id="db-clone"/>',
      '<resource_ref id="web"/>',
    ])
    const resources = { ...NOTHING_OWNED, resource: ownershipOf(before).resource }
    expect(diffCib(after, parseCib(text), resources).conflicts).toMatchObject([
      {
        message:
          "constraint sets exists and was not created by haops; it says together [web db-clone], the inventory says together [db-clone web]",
      },
    ])
    const gone = led(text, { ...before, constraints: [] }, ownershipOf(before))
    expect(gone).not.toContain("rsc_colocation")
    expect(led(text, { ...before, constraints: [] }, resources)).toBe(text)
  })

  test("of a ticket mean by default that what is promoted is demoted, and all else stops", () => {
    const changed = (before: string, after: string) => {
      const [one, other] = [before, after].map((line) => wants(`    - { ticket: t, id: x, ${line} }\n`))
      const { changes } = diffCib(other!, parseCib(led(EMPTY_TEXT, one!)), ownershipOf(one!))
      return changes.length > 0
    }
    const promoted = "resources: db-clone, role: Promoted"
    expect(changed("resources: web", "resources: web, lossPolicy: stop")).toBe(false)
    expect(changed(promoted, `${promoted}, lossPolicy: demote`)).toBe(false)
    expect(changed(promoted, `${promoted}, lossPolicy: stop`)).toBe(true)
    const sets = "resources: [[web], { resources: [db-clone], role: Promoted }]"
    expect(changed(sets, `${sets}, lossPolicy: stop`)).toBe(true)
    expect(changed(sets, sets)).toBe(false)
  })

  test("have roles under the names of the CIB's schema", () => {
    const want = wants("    - { colocate: web, with: db-clone, withRole: Promoted }\n")
    const old = led(EMPTY_TEXT.replace("<cib>", '<cib validate-with="pacemaker-3.5">'), want)
    expect(old).toContain('with-rsc-role="Master"')
    expect(diffCib(want, parseCib(old), ownershipOf(want)).changes).toEqual([])
  })

  test("between a VIP and haproxy are the only word of their kind about the two", () => {
    const { constraints } = desiredCib(
      parseInventory(
        `name: test
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
vips: { v: 10.0.0.10/24, w: 10.0.0.11/24, x: 10.0.0.12/24 }
haproxy: { services: [{ name: s, port: 80, vip: v }] }
pacemaker:
  password: { env: P }
  constraints:
    - { colocate: v, with: lb-haproxy-clone, influence: false }
    - { order: [[w], [lb-haproxy-clone]] }
    - { locate: x, where: defined y }
`,
        "i.yaml",
      ),
    )!
    const said = constraints.map(({ id }) => id)
    expect(said.slice(3)).toEqual([
      "order-lb-haproxy-clone-v-mandatory",
      "colocation-w-lb-haproxy-clone-INFINITY",
      "colocation-x-lb-haproxy-clone-INFINITY",
      "order-lb-haproxy-clone-x-mandatory",
    ])
  })

  test("say what the CIB's schema is too old for", () => {
    const { resources, ...want } = wants(`    - { locate: web, where: load gt integer 5, id: busy }
    - { colocate: web, with: db-clone, influence: false, id: free }
`)
    const cib = parseCib(EMPTY_TEXT)
    const changes = diffCib({ ...want, resources }, cib, NOTHING_OWNED).changes
    const told = (schema: readonly [number, number]) =>
      schemaFindings(changes, { schema, resources, placeOf: () => "i.yaml:1:1" }).map(({ message }) => message)
    expect(told([3, 4])).toEqual([
      "constraint busy has a comparison of integers, which pacemaker-3.4, the CIB's schema, does not know",
      "constraint free has influence, which pacemaker-3.4, the CIB's schema, does not know",
    ])
    expect(told([3, 6])).toEqual([])
  })

  test.each([
    [
      "- { colocate: [[web, dbclone]] }",
      'there is no resource, clone, group or VIP "dbclone"; did you mean "db-clone"?',
    ],
    [
      "- { order: [[web], { resources: [db-clon] }] }",
      'there is no resource, clone, group or VIP "db-clon"; did you mean "db-clone"?',
    ],
    ["- { ticket: t, resources: wbe }", 'there is no resource, clone, group or VIP "wbe"; did you mean "web"?'],
    ["- { locate: [web, web], prefers: c1 }", "web is there twice"],
    ["- { order: [[web], [web, all]] }", "web is there twice"],
    ["- { locate: web, where: pingd less 1 }", 'expected lt, gt, lte, gte, eq or ne after pingd, got "less"'],
    ["- { locate: web, where: defined p, score: 5, scoreAttribute: w }", "either score or scoreAttribute"],
    ["- { locate: web, prefers: c4 }", 'there is no member of the cluster "c4"'],
    ["- { locate: web, where: op start }", "a place depends on nodes and times alone"],
    ["- { locate: [web], prefers: c1, role: Started }", "a role is said of one, not of several"],
    ["- { ticket: t, resources: [[web]], role: Started }", "for sets the role stands in each of them"],
  ])("%s is refused with its line", (line, why) => {
    expect(() => inventory(`    ${line}\n`)).toThrow(/^i\.yaml:10:/)
    expect(() => inventory(`    ${line}\n`)).toThrow(why)
  })
})
