import { expect, test } from "vitest"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { markCib } from "../../../../src/pacemaker/edit/mark-cib.ts"
import { fingerprintOf } from "../../../../src/pacemaker/fingerprint.ts"

const OPTIONS = `<cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-a" name="stonith-enabled" value="false"/>
      </cluster_property_set>`
const cib = (sets: string) => `<cib epoch="7" admin_epoch="0">
  <configuration>
    <crm_config>
      ${sets}
    </crm_config>
    <nodes/>
    <resources/>
  </configuration>
</cib>`

test("a CIB is marked in a set of its own, and of the rest no byte changes", () => {
  const text = cib(OPTIONS)
  const marked = markCib(text, "abc")
  const added = `
      <cluster_property_set id="haops-state">
        <nvpair id="haops-state-haops-record" name="haops-record" value="abc"/>
      </cluster_property_set>`
  expect(marked).toBe(text.replace(OPTIONS, OPTIONS + added))
  expect(parseCib(marked)).toMatchObject({
    mark: "abc",
    sections: { property: { values: { "stonith-enabled": "false" } } },
  })
  expect(parseCib(marked).sections.property.values).not.toHaveProperty("haops-record")
  expect(markCib(marked, "def")).toBe(marked.replace("abc", "def"))
})

test("the mark is nothing that makes a plan stale", () => {
  expect(fingerprintOf(markCib(cib(OPTIONS), "abc"))).toBe(fingerprintOf(cib(OPTIONS)))
})

test("options go beside it, wherever it stands, and one that a shell put there is an option all the same", () => {
  const first = markCib(cib(""), "abc")
  const set = { type: "set", section: "property", name: "cluster-delay", value: "61s" } as const
  const text = editCib(first, [set], { schema: undefined }, new Map())
  expect(text).toContain('<nvpair id="cib-bootstrap-options-cluster-delay" name="cluster-delay" value="61s"/>')
  const shell = first.replace(
    "</cluster_property_set>",
    '<nvpair id="x" name="cluster-delay" value="5s"/></cluster_property_set>',
  )
  expect(parseCib(shell).sections.property.values).toEqual({ "cluster-delay": "5s" })
  expect(editCib(shell, [set], { schema: undefined }, new Map())).toContain(
    '<nvpair id="x" name="cluster-delay" value="61s"/>',
  )
})
