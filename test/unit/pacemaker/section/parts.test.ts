import { describe, expect, test } from "vitest"
import { EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { type Desired, desiredCib } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../../src/pacemaker/drift.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import {
  formatLastApplied,
  fromLists,
  NOTHING_OWNED,
  ownershipOf,
  parseLastApplied,
  toLists,
} from "../../../../src/pacemaker/ownership.ts"
import { parseInventory } from "../../parse-inventory.ts"

const inventory = (parts: string) =>
  parseInventory(
    `name: test
controllers: { c1: 10.0.0.1, c2: 10.0.0.2 }
pacemaker:
  password: { env: P }
  properties: { stonith-enabled: true, enable-acl: true }
  fencing: [{ name: power1, agent: fence_ipmilan }, { name: power2, agent: fence_ipmilan }]
  resources: { web: { agent: "ocf:heartbeat:Dummy" } }
${parts}`,
    "i.yaml",
  )

const wants = (parts: string): Desired => desiredCib(inventory(parts))!

function led(text: string, want: Desired, owned = ownershipOf(want)): string {
  const have = parseCib(text)
  return editCib(text, diffCib(want, have, owned).changes, have, new Map())
}

/** What stands in the CIB behind its constraints. */
const behind = (text: string) =>
  text
    .split("<constraints/>")[1]!
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^<\/(configuration|cib)>$/.test(line))

const ALL = `  tags: { things: [web, power1] }
  alerts:
    mail: { path: /opt/mail, options: { from: a, snmp_community_file: /x }, meta: { timeout: 5s }, select: [nodes, { attributes: [standby] }], recipients: [ops, { value: dba, options: { debug: 1 } }] }
  fencingLevels:
    - { node: c1, devices: [power1] }
    - { node: c1, devices: [power2, power1] }
    - { attribute: rack, value: 7, level: 3, devices: [power2] }
  acls:
    roles: { reader: [{ read: /cib }, { deny: "//nvpair[@name='passwd']" }, { deny: { type: nvpair, attribute: x } }, { write: web }] }
    users: { ann: [reader] }
    groups: { ops: [reader] }
`

describe("tags, alerts, fencing levels and access control", () => {
  const want = wants(ALL)
  const text = led(EMPTY_TEXT, want)
  const own = { ...NOTHING_OWNED, resource: ownershipOf(want).resource }

  test("are written as pcs writes them", () => {
    expect(behind(text)).toEqual([
      "<tags>",
      '<tag id="things">',
      '<obj_ref id="web"/>',
      '<obj_ref id="power1"/>',
      "</tag>",
      "</tags>",
      "<alerts>",
      '<alert id="mail" path="/opt/mail">',
      "<select>",
      "<select_nodes/>",
      "<select_attributes>",
      '<attribute id="mail-attribute-standby" name="standby"/>',
      "</select_attributes>",
      "</select>",
      '<instance_attributes id="mail-instance_attributes">',
      '<nvpair id="mail-instance_attributes-from" name="from" value="a"/>',
      '<nvpair id="mail-instance_attributes-snmp_community_file" name="snmp_community_file" value="/x"/>',
      "</instance_attributes>",
      '<meta_attributes id="mail-meta_attributes">',
      '<nvpair id="mail-meta_attributes-timeout" name="timeout" value="5s"/>',
      "</meta_attributes>",
      '<recipient id="mail-recipient" value="ops"/>',
      '<recipient id="mail-recipient-1" value="dba">',
      '<instance_attributes id="mail-recipient-1-instance_attributes">',
      '<nvpair id="mail-recipient-1-instance_attributes-debug" name="debug" value="1"/>',
      "</instance_attributes>",
      "</recipient>",
      "</alert>",
      "</alerts>",
      "<fencing-topology>",
      '<fencing-level id="fl-c1-1" target="c1" index="1" devices="power1"/>',
      '<fencing-level id="fl-c1-2" target="c1" index="2" devices="power2,power1"/>',
      '<fencing-level id="fl-rack-7-3" target-attribute="rack" target-value="7" index="3" devices="power2"/>',
      "</fencing-topology>",
      "<acls>",
      '<acl_role id="reader">',
      '<acl_permission id="reader-read" kind="read" xpath="/cib"/>',
      `<acl_permission id="reader-deny" kind="deny" xpath="//nvpair[@name='passwd']"/>`,
      '<acl_permission id="reader-deny-1" kind="deny" object-type="nvpair" attribute="x"/>',
      '<acl_permission id="reader-write" kind="write" reference="web"/>',
      "</acl_role>",
      '<acl_target id="ann">',
      '<role id="reader"/>',
      "</acl_target>",
      '<acl_group id="ops">',
      '<role id="reader"/>',
      "</acl_group>",
      "</acls>",
    ])
  })

  test("are found again, whoever made them under whichever ids of no account", () => {
    const none = { changes: [], foreign: [], conflicts: [], notes: [] }
    expect(diffCib(want, parseCib(text), ownershipOf(want))).toEqual(none)
    const others = text.replaceAll(/ id="(fl-|mail|reader-)/g, ' id="by-hand-$1')
    expect(diffCib(want, parseCib(others), own)).toEqual(none)
  })

  test("read aloud in a plan, a password hidden", () => {
    const secret = text.replace('name="from" value="a"', 'name="smtp_password" value="hunter2"')
    const changes = diffCib(want, parseCib(secret), ownershipOf(want)).changes
    expect(driftOf(changes, false)).toMatchObject([
      {
        attribute: "alert mail",
        have: "/opt/mail  about nodes, attributes standby  smtp_password=[secret] snmp_community_file=[secret]  timeout=5s  to ops  to dba debug=1",
      },
    ])
    const bare = led(EMPTY_TEXT, { ...want, parts: [] })
    const drift = driftOf(diffCib(want, parseCib(bare), ownershipOf(want)).changes, false)
    expect(drift.map((one) => `${one.attribute}: ${one.want}`)).toEqual([
      "tag things: web, power1",
      "alert mail: /opt/mail  about nodes, attributes standby  from=a snmp_community_file=[secret]  timeout=5s  to ops  to dba debug=1",
      "fencing level fl-c1-1: level 1 of c1: power1",
      "fencing level fl-c1-2: level 2 of c1: power2, power1",
      "fencing level fl-rack-7-3: level 3 of nodes with rack=7: power2",
      "ACL role reader: read /cib, deny //nvpair[@name='passwd'], deny every nvpair @x, write web",
      "ACL user ann: with reader",
      "ACL group ops: with reader",
    ])
  })

  test("change in place: what says the same keeps its bytes and its place", () => {
    const by = text
      .replace('<recipient id="mail-recipient-1"', '<!-- of the night -->\n      <recipient   id="night"')
      .replace('<alert id="mail"', '<alert description="somebody\'s" id="mail"')
    const after = wants(ALL.replace("[ops, {", "[front, {").replace("from: a", "from: b, to: c"))
    const changed = led(by, after)
    expect(diffCib(after, parseCib(changed), ownershipOf(after)).changes).toEqual([])
    const lines = (all: string) => all.split("\n").map((line) => line.trim())
    expect(lines(changed).filter((line) => !lines(by).includes(line))).toEqual([
      '<nvpair id="mail-instance_attributes-from" name="from" value="b"/>',
      '<nvpair id="mail-instance_attributes-to" name="to" value="c"/>',
      '<recipient id="mail-recipient" value="front"/>',
    ])
    expect(lines(by).filter((line) => !lines(changed).includes(line))).toEqual([
      '<nvpair id="mail-instance_attributes-from" name="from" value="a"/>',
      '<recipient id="mail-recipient" value="ops"/>',
    ])
  })

  test("keep the order of permissions, of which the first that fits decides", () => {
    const after = wants(
      ALL.replace("[{ read: /cib }, ", "[{ write: web }, { read: /cib }, ").replace(", { write: web }] }", "] }"),
    )
    const changed = led(text, after)
    expect(changed.match(/<acl_permission id="[^"]*"/g)?.map((one) => one.slice(20, -1))).toEqual([
      "reader-write",
      "reader-read",
      "reader-deny",
      "reader-deny-1",
    ])
    expect(diffCib(after, parseCib(changed), ownershipOf(after)).changes).toEqual([])
  })

  test("go where they were ours, and stay where they were not", () => {
    const none = wants("")
    expect(behind(led(text, none, ownershipOf(want)))).toEqual([
      "<tags>",
      "</tags>",
      "<alerts>",
      "</alerts>",
      "<fencing-topology>",
      "</fencing-topology>",
      "<acls>",
      "</acls>",
    ])
    expect(led(text, none, own)).toBe(text)
    expect(diffCib(none, parseCib(text), own).foreign).toEqual([
      "tag things",
      "alert mail",
      "fencing level fl-c1-1",
      "fencing level fl-c1-2",
      "fencing level fl-rack-7-3",
      "ACL role reader",
      "ACL user ann",
      "ACL group ops",
    ])
  })

  test("called otherwise are there under that name at once, and not first gone", () => {
    const after = wants(ALL.replace("    mail: {", "    post: {"))
    const changed = led(text, after, ownershipOf(want))
    expect(changed).not.toContain('<alert id="mail"')
    expect(diffCib(after, parseCib(changed), ownershipOf(after)).changes).toEqual([])
  })

  test("conflict where somebody else says otherwise, or has the id", () => {
    const after = wants(ALL.replace("ann: [reader]", "ann: []"))
    const { conflicts, changes } = diffCib(after, parseCib(text), own)
    expect({ changes, messages: conflicts.map(({ message }) => message) }).toEqual({
      changes: [],
      messages: [
        "ACL user ann exists and was not created by haops; it says with reader, the inventory says with no role",
      ],
    })
    const taken = led(EMPTY_TEXT, wants("")).replace(
      "<resources>",
      '<resources><primitive id="things" class="lsb" type="x"/>',
    )
    expect(diffCib(want, parseCib(taken), own).conflicts.map(({ message }) => message)).toEqual([
      "tag things cannot be created: the cluster uses its id for something else",
    ])
  })

  test("a level is of other nodes where their attribute has another text, though it were the same number or truth", () => {
    for (const [before, after] of [
      ["7", '"07"'],
      ["1", '"true"'],
    ] as const) {
      const [one, other] = [before, after].map((value) => wants(ALL.replace("value: 7", `value: ${value}`)))
      const have = parseCib(led(EMPTY_TEXT, one!))
      expect(diffCib(other!, have, own).changes).toMatchObject([{ type: "create-part" }])
    }
  })

  test("a level conflicts with another one of somebody else's that is the same level of the same nodes", () => {
    const others = text.replaceAll('id="fl-', 'id="by-hand-')
    const after = wants(ALL.replace("{ node: c1, devices: [power1] }", "{ node: c1, devices: [power2] }"))
    const { conflicts, changes } = diffCib(after, parseCib(others), { ...own, part: ownershipOf(want).part })
    expect({ changes, messages: conflicts.map(({ message }) => message) }).toEqual({
      changes: [],
      messages: [
        "fencing level by-hand-c1-1 exists and was not created by haops; it says level 1 of c1: power1, the inventory says level 1 of c1: power2",
      ],
    })
  })

  test("levels whose nodes read alike are two all the same", () => {
    const two = wants("  fencingLevels: [{ node: c1, devices: [power1] }, { pattern: c1, devices: [power2] }]\n")
    const both = led(EMPTY_TEXT, two)
    expect(behind(both).slice(1, -1)).toEqual([
      '<fencing-level id="fl-c1-1" target="c1" index="1" devices="power1"/>',
      '<fencing-level id="fl-c1-1-1" target-pattern="c1" index="1" devices="power2"/>',
    ])
    expect(diffCib(two, parseCib(both), ownershipOf(two)).changes).toEqual([])
  })

  test("a record without any of them is as it was, and one with them comes back", () => {
    const bare = formatLastApplied({ epoch: 1, owned: own })
    expect(bare).not.toContain("part")
    const owned = ownershipOf(want)
    expect(parseLastApplied(formatLastApplied({ epoch: 1, owned }))?.owned).toEqual(owned)
    expect(fromLists(toLists(owned))).toEqual(owned)
    expect(toLists(owned).part).toContain("ACL user ann")
  })

  test.each([
    ["  tags: { t: [wbe] }", 'there is no resource, clone, group, constraint or alert "wbe"; did you mean "web"?'],
    ["  tags: { web: [power1] }", '"web" is already the id of a resource'],
    ["  tags: { t: [web, web] }", "web is there twice"],
    ["  alerts: { a: { path: mail.sh } }", "expected the path of a program on the nodes"],
    ["  alerts: { a: { path: /x, options: { smtp_password: x } } }", "a secret here would show in the process list"],
    ["  alerts: { a: { path: /x, select: [nodes, nodes] } }", "each of them once"],
    ["  alerts: { a: { path: /x, select: [{ attributes: [a] }, { attributes: [b] }] } }", "each of them once"],
    ["  fencingLevels: [{ node: c3, devices: [power1] }]", 'there is no member of the cluster "c3"'],
    ["  fencingLevels: [{ node: c1, devices: [powr1] }]", 'there is no fencing device "powr1"; did you mean "power1"?'],
    ["  fencingLevels: [{ node: c1, devices: [web] }]", 'there is no fencing device "web"'],
    [
      "  fencingLevels: [{ node: c1, devices: [power1] }, { node: c1, level: 1, devices: [power2] }]",
      "level 1 of these nodes is there already",
    ],
    [
      "  acls: { users: { ann: [raeder] }, roles: { reader: [] } }",
      'there is no role "raeder"; did you mean "reader"?',
    ],
    ["  acls: { roles: { r: [{ write: wbe }] } }", 'there is no object "wbe"; did you mean "web"?'],
    ["  acls: { roles: { ops: [{ read: /cib }] }, groups: { ops: [ops] } }", '"ops" is already the id of a role'],
    ["  acls: { groups: { web: [] } }", '"web" is already the id of a resource'],
  ])("%s is refused with its line", (line, why) => {
    expect(() => inventory(line)).toThrow(/^i\.yaml:8:/)
    expect(() => inventory(line)).toThrow(why)
  })

  test("a group of the system may be called like a node, or like a role but for case, and a user like anything", () => {
    const { pacemaker } = inventory(
      "  acls: { roles: { Ops: [] }, users: { Ops: [Ops] }, groups: { ops: [Ops], c1: [] } }",
    )
    expect(pacemaker?.parts?.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "ACL role Ops",
      "ACL user Ops",
      "ACL group ops",
      "ACL group c1",
    ])
  })

  test("access control that is not turned on is told", () => {
    const text = `name: t\ncontrollers: { c1: 10.0.0.1 }\npacemaker: { password: { env: P }, acls: { users: { ann: [] } } }\n`
    expect(parseInventory(text, "i.yaml").warnings.join()).toContain("does nothing without enable-acl: true")
  })
})

describe("what is referred to by something of somebody else's is not removed without a word", () => {
  const OURS = `  tags: { things: [web] }
  templates: { small: { agent: systemd:app } }
  acls: { roles: { reader: [{ read: /cib }] } }
`
  const foreign = (section: string, xml: string) =>
    led(EMPTY_TEXT, wants(OURS)).replace(new RegExp(`<${section}/?>`), (tag) =>
      tag.endsWith("/>") ? `<${section}>${xml}</${section}>` : `${tag}${xml}`,
    )

  test.each([
    [
      "constraints",
      '<rsc_location id="cli-ban-things-on-c1" rsc="things" node="c1" score="-INFINITY"/>',
      "tag things is to be removed, but constraint cli-ban-things-on-c1",
      "constraint delete cli-ban-things-on-c1",
    ],
    [
      "constraints",
      '<rsc_order id="o"><resource_set id="s"><resource_ref id="things"/><resource_ref id="web"/></resource_set></rsc_order>',
      "tag things is to be removed, but constraint o",
      "constraint delete o",
    ],
    [
      "resources",
      '<primitive id="t" template="small"/>',
      "template small is to be removed, but resource t",
      "resource delete t",
    ],
    [
      "acls",
      '<acl_target id="bob"><role id="reader"/></acl_target>',
      "ACL role reader is to be removed, but ACL user bob",
      "acl role unassign reader from user bob",
    ],
    [
      "acls",
      '<acl_group id="ops"><role id="reader"/></acl_group>',
      "ACL role reader is to be removed, but ACL group ops",
      "acl role unassign reader from group ops",
    ],
  ])("%s: %s", (section, xml, message, removal) => {
    const have = parseCib(foreign(section, xml))
    const { conflicts } = diffCib(wants(""), have, ownershipOf(wants(OURS)))
    expect(conflicts).toEqual([
      {
        severity: "error",
        message: `${message}, which was not created by haops, refers to it`,
        hint: `If it is no longer needed, remove it and run haops again: pcs ${removal}`,
      },
    ])
    expect(diffCib(wants(OURS), have, ownershipOf(wants(OURS))).conflicts).toEqual([])
  })
})
