import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quoteAll } from "../../src/base/sh.ts"
import { BASE_SCRIPT, parseBaseFacts } from "../../src/host/base.ts"
import type { HostFacts } from "../../src/model/host-facts.ts"
import type { Cib } from "../../src/pacemaker/cib.ts"
import { parseCib } from "../../src/pacemaker/cib-parse.ts"
import type { Desired } from "../../src/pacemaker/desired.ts"
import { chooseDialect } from "../../src/pacemaker/dialects/dialect.ts"
import { diffCib } from "../../src/pacemaker/diff.ts"
import { NOTHING_OWNED, type Ownership, ownershipOf } from "../../src/pacemaker/ownership.ts"
import { DESIRES } from "../cases/pacemaker/desires.ts"
import { removeLoneNode, sh, startLoneNode } from "./harness/lone-node.ts"

const RELEASES = [
  { release: "bullseye", pcs: "pcs-0.10" },
  { release: "bookworm", pcs: "pcs-0.11" },
  { release: "trixie", pcs: "pcs-0.12" },
] as const

/** A new cluster's CIB: seeded, with the properties that pacemaker writes itself. */
const NEW_CIB = `
cibadmin --empty >/tmp/cib.xml
export CIB_file=/tmp/cib.xml
cibadmin --create --scope crm_config --xml-text '<cluster_property_set id="haops-seed"><nvpair id="haops-seed-dc-deadtime" name="dc-deadtime" value="2s"/></cluster_property_set>'
cibadmin --create --scope crm_config --xml-text '<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2"/></cluster_property_set>'
cibadmin --create --scope nodes --xml-text '<node id="1" uname="controller1"/>'
cibadmin --create --scope nodes --xml-text '<node id="2" uname="controller2"/>'
`

/** What haops has no word for, on every kind of object that the next state changes. */
const FOREIGN: readonly [element: string, id: string, content: string][] = [
  ["primitive", "vip", '<utilization id="vip-util"><nvpair id="vip-util-cpu" name="cpu" value="2"/></utilization>'],
  [
    "primitive",
    "vip",
    '<instance_attributes id="vip-night"><rule id="vip-night-rule" score="INFINITY"><date_expression id="vip-night-when" operation="gt" start="2037-01-01"/></rule><nvpair id="vip-night-ip" name="ip" value="10.0.0.99"/></instance_attributes>',
  ],
  [
    "primitive",
    "second",
    '<utilization id="second-util"><nvpair id="second-util-cpu" name="cpu" value="1"/></utilization>',
  ],
  [
    "group",
    "tail",
    '<meta_attributes id="tail-meta"><nvpair id="tail-meta-role" name="target-role" value="Stopped"/></meta_attributes>',
  ],
  [
    "clone",
    "lb-haproxy-clone",
    '<meta_attributes id="lb-night"><rule id="lb-night-rule" score="INFINITY"><date_expression id="lb-night-when" operation="gt" start="2037-01-01"/></rule><nvpair id="lb-night-max" name="clone-max" value="1"/></meta_attributes>',
  ],
]

describe.each(RELEASES)("on Debian $release", ({ release, pcs }) => {
  let node: string
  let facts: HostFacts

  beforeAll(() => {
    node = startLoneNode("controller1", `haops-prepared:${release}`)
    facts = parseBaseFacts("controller1", { stdout: sh(node, BASE_SCRIPT), stderr: "" }, { start: 0, end: 0 })
  })
  afterAll(() => removeLoneNode(node))

  test.each([
    { shell: "pcs", name: pcs },
    { shell: "crmsh", name: "crmsh" },
  ] as const)("$name leads a CIB from each state to the next, and then nothing differs", ({ shell, name }) => {
    const dialect = chooseDialect(facts, shell)
    expect(dialect.name).toBe(name)
    sh(node, NEW_CIB)
    let owned: Ownership = NOTHING_OWNED
    for (const [state, desired] of Object.entries(DESIRES)) {
      const before = parseCib(sh(node, "cat /tmp/cib.xml"))
      const { changes, conflicts } = diffCib(desired, before, owned)
      expect(conflicts, state).toEqual([])
      for (const { argv, stdin } of dialect.cib.edit(changes, before, "/tmp/cib.xml")) sh(node, quoteAll(argv), stdin)
      owned = ownershipOf(desired)
      const after = parseCib(sh(node, "crm_verify -x /tmp/cib.xml && cat /tmp/cib.xml"))
      expect(diffCib(desired, after, owned), state).toEqual({ changes: [], foreign: [], conflicts: [], notes: [] })
    }
  })

  test.each(["pcs", "crmsh"] as const)("what haops does not model survives a change of its object by %s", (shell) => {
    const [, before, after] = Object.values(DESIRES)
    sh(node, NEW_CIB)
    lead(shell, before!, NOTHING_OWNED)
    for (const [element, id, content] of FOREIGN) {
      sh(node, "CIB_file=/tmp/cib.xml cibadmin --modify --xml-pipe", `<${element} id="${id}">${content}</${element}>`)
    }
    sh(node, `sed -i 's/<primitive id="second"/& description="by hand"/' /tmp/cib.xml`)
    const foreign = () =>
      sh(node, "cat /tmp/cib.xml").match(
        /id="(vip-util|vip-night|second-util|tail-meta|lb-night)[\w-]*"|description="by hand"/g,
      )
    const had = foreign()
    expect(had).toHaveLength(15)
    const cib = lead(shell, after!, ownershipOf(before!))
    expect(foreign()?.toSorted()).toEqual(had?.toSorted())
    expect(diffCib(after!, cib, ownershipOf(after!)).changes).toEqual([])
  })

  /** Carries out what leads to that state; the CIB of after. */
  function lead(shell: "pcs" | "crmsh", desired: Desired, owned: Ownership): Cib {
    const cib = parseCib(sh(node, "cat /tmp/cib.xml"))
    const { changes } = diffCib(desired, cib, owned)
    const edits = chooseDialect(facts, shell).cib.edit(changes, cib, "/tmp/cib.xml")
    for (const { argv, stdin } of edits) sh(node, quoteAll(argv), stdin)
    return parseCib(sh(node, "crm_verify -x /tmp/cib.xml && cat /tmp/cib.xml"))
  }
})
