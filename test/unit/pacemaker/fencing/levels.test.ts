import { expect, test } from "vitest"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { levelsOf } from "../../../../src/pacemaker/fencing/levels.ts"

const CIB = parseCib(`<cib><configuration><crm_config/><nodes>
  <node id="1" uname="n1"><instance_attributes id="i"><nvpair id="r" name="rack" value="7"/></instance_attributes></node>
  <node id="2" uname="n2"/></nodes><resources/><constraints/>
<fencing-topology>
  <fencing-level id="a" target="n2" index="2" devices="pdu1,pdu2"/>
  <fencing-level id="b" target="n2" index="1" devices="ipmi"/>
  <fencing-level id="c" target-pattern="^n[23]$" index="3" devices="all"/>
  <fencing-level id="d" target-attribute="rack" target-value="7" index="1" devices="rack"/>
</fencing-topology></configuration></cib>`)

test("a node is fenced by its own levels in their order, else by those of a pattern or of an attribute", () => {
  expect(levelsOf(CIB, "n2")).toEqual([
    { level: 1, devices: ["ipmi"] },
    { level: 2, devices: ["pdu1", "pdu2"] },
  ])
  expect(levelsOf(CIB, "n3")).toEqual([{ level: 3, devices: ["all"] }])
  expect(levelsOf(CIB, "n1")).toEqual([{ level: 1, devices: ["rack"] }])
  expect(levelsOf(CIB, "n4")).toEqual([])
})
