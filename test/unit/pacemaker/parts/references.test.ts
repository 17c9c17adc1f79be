import { expect, test } from "vitest"
import type { CibPart } from "../../../../src/model/inventory.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { utilizationPart } from "../../../../src/pacemaker/section/held-elements.ts"
import { templatePart } from "../../../../src/pacemaker/section/templates.ts"
import { desired, monitor, resource } from "../../../cases/pacemaker/desires.ts"

const dummy = (id: string, inner: string) =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy">${inner}</primitive>`
const FIRST = dummy(
  "first",
  `<instance_attributes id="shared"><nvpair id="shared-fake" name="fake" value="a"/></instance_attributes>
   <meta_attributes id="meta"><nvpair id="meta-p" name="priority" value="3"/></meta_attributes>
   <operations id="ops"><op id="first-m" name="monitor" interval="10s"/></operations>`,
)
const SECOND = dummy(
  "second",
  `<instance_attributes id-ref="shared"/><meta_attributes id="own"><nvpair id-ref="meta-p"/></meta_attributes><operations id-ref="ops"/>`,
)
const TEXT = `<cib><configuration><crm_config/><nodes/><resources>${FIRST}${SECOND}</resources><constraints>
<rsc_location id="one" rsc="first"><rule id="rule" score="5"><expression id="e" attribute="a" operation="defined"/></rule></rsc_location>
<rsc_location id="other" rsc="second"><rule id-ref="rule"/></rsc_location></constraints></configuration></cib>`

const says = (id: string, fake: string, priority: string, interval: string) =>
  resource(id, "ocf:heartbeat:Dummy", { parameters: { fake }, meta: { priority }, operations: [monitor(interval)] })

test("what a resource only refers to, it says", () => {
  const { resources, constraints } = parseCib(TEXT)
  expect(resources.map(({ parameters, meta, operations }) => ({ parameters, meta, operations }))).toEqual(
    Array(2).fill({
      parameters: { fake: "a" },
      meta: { priority: "3" },
      operations: [{ id: "first-m", name: "monitor", options: { interval: "10s" } }],
    }),
  )
  expect(constraints[1]).toMatchObject({ element: { children: [{ name: "rule", attributes: { score: "5" } }] } })
})

test("what is the same stays a reference, and what changes is its own then", () => {
  const have = parseCib(TEXT)
  const led = (...of: Parameters<typeof says>) => {
    const want = desired({ resources: [says("first", "a", "3", "10s"), says(...of)] })
    const owned = ownershipOf(want)
    const text = editCib(TEXT, diffCib(want, have, owned).changes, have, new Map())
    expect(diffCib(want, parseCib(text), owned).changes).toEqual([])
    expect(text).toContain(FIRST)
    return text
  }
  expect(led("second", "a", "3", "10s")).toBe(TEXT)
  const parameters = led("second", "b", "3", "10s")
  expect(parameters).toContain('<nvpair id="second-instance_attributes-fake" name="fake" value="b"/>')
  expect(parameters).toContain('<operations id-ref="ops"/>')
  expect(led("second", "a", "4", "10s")).toContain('<nvpair id="own-priority" name="priority" value="4"/>')
  expect(led("second", "a", "3", "20s")).toContain(
    '<op id="second-monitor-interval-20s" name="monitor" interval="20s"/>',
  )
})

test("an operation that changes is no second one beside what it was", () => {
  const have = parseCib(TEXT)
  const slow = resource("second", "ocf:heartbeat:Dummy", {
    parameters: { fake: "a" },
    meta: { priority: "3" },
    operations: [monitor("10s", { timeout: "7s" })],
  })
  for (const operations of ['<operations id-ref="ops"/>', '<operations><op id-ref="first-m"/></operations>']) {
    const text = TEXT.replace('<operations id-ref="ops"/>', operations)
    const want = desired({ resources: [says("first", "a", "3", "10s"), slow] })
    const after = parseCib(editCib(text, diffCib(want, parseCib(text), ownershipOf(want)).changes, have, new Map()))
    expect(after.resources[1]?.operations).toEqual([
      { id: "second-monitor-interval-10s", name: "monitor", options: { interval: "10s", timeout: "7s" } },
    ])
  }
})

test("utilization and a template's sets that are only referred to change and go as well", () => {
  const room = (id: string) => `<utilization id="${id}"><nvpair id="${id}-cpu" name="cpu" value="2"/></utilization>`
  const text = TEXT.replace(FIRST, dummy("first", room("room")))
    .replace(SECOND, dummy("second", '<utilization id-ref="room"/>'))
    .replace(
      "</resources>",
      '<template id="t" class="lsb" type="x"><utilization id-ref="room"/></template></resources>',
    )
  const have = parseCib(text)
  const resources = ["first", "second"].map((id) => resource(id, "ocf:heartbeat:Dummy"))
  const before = ["first", "second"].map((id) => utilizationPart(id, { cpu: 2 }))
  const template = (cpu: number) => templatePart("t", { agent: "lsb:x", utilization: { cpu } })
  const owned = ownershipOf(desired({ resources, parts: [...before, template(2)] }))
  const led = (...parts: CibPart[]) => {
    const want = desired({ resources, parts: [before[0]!, ...parts] })
    const changed = editCib(text, diffCib(want, have, owned).changes, have, new Map())
    expect(diffCib(want, parseCib(changed), owned).changes).toEqual([])
    expect(changed).toContain(room("room"))
    return changed
  }
  expect(led(before[1]!, template(2))).toBe(text)
  expect(led(template(2))).toContain(
    '<primitive id="second" class="ocf" provider="heartbeat" type="Dummy"></primitive>',
  )
  expect(led(utilizationPart("second", { cpu: 3 }), template(2))).toContain(
    '<nvpair id="second-utilization-cpu" name="cpu" value="3"/>',
  )
  const own = led(before[1]!, template(4))
  expect(own).toContain('<nvpair id="t-utilization-cpu" name="cpu" value="4"/>')
  expect(own.match(/id-ref="room"/g)).toHaveLength(1)
})

test("a reference to nothing, or to itself, is what it is", () => {
  const broken = TEXT.replace('id-ref="shared"', 'id-ref="gone"').replace(
    '<rule id-ref="rule"/>',
    '<rule id="circle"><rule id-ref="circle"/></rule>',
  )
  const { resources } = parseCib(broken)
  expect(resources[1]?.parameters).toEqual({})
})
