import { expect, test } from "vitest"
import { agentsQuestion } from "../../../../src/pacemaker/agents/question.ts"
import { EMPTY_CIB, EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import { desiredCib } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../../src/pacemaker/drift.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { withPacemaker } from "./support.ts"

const TEXT = `  templates: { small: { agent: systemd:app, operations: { monitor: 9s }, meta: { priority: 1 } } }
  resources: { one: { agent: template:small, meta: { priority: 2 } }, two: { agent: template:small, clone: true } }
`
const want = desiredCib(withPacemaker(TEXT))!

test("what is made from a template has what it says, and no operations of its own", () => {
  const have = parseCib(EMPTY_TEXT)
  const { changes } = diffCib(want, have, NOTHING_OWNED)
  const text = editCib(EMPTY_TEXT, changes, have, new Map())
  const lines = text.split("\n").map((line) => line.trim())
  expect(lines.slice(lines.indexOf("<resources>"), lines.indexOf("</resources>"))).toEqual([
    "<resources>",
    '<primitive id="one" template="small">',
    '<meta_attributes id="one-meta_attributes">',
    '<nvpair id="one-meta_attributes-priority" name="priority" value="2"/>',
    "</meta_attributes>",
    "</primitive>",
    '<clone id="two-clone">',
    '<primitive id="two" template="small"/>',
    "</clone>",
    '<template id="small" class="systemd" type="app">',
    '<meta_attributes id="small-meta_attributes">',
    '<nvpair id="small-meta_attributes-priority" name="priority" value="1"/>',
    "</meta_attributes>",
    "<operations>",
    '<op id="small-monitor-interval-9s" name="monitor" interval="9s"/>',
    "</operations>",
    "</template>",
  ])
  expect(diffCib(want, parseCib(text), ownershipOf(want))).toEqual({
    changes: [],
    foreign: [],
    conflicts: [],
    notes: [],
  })
  const slower = desiredCib(withPacemaker(TEXT.replace("9s", "8s")))!
  expect(driftOf(diffCib(slower, parseCib(text), ownershipOf(want)).changes, false)).toMatchObject([
    {
      attribute: "template small",
      have: "systemd:app priority=1 monitor 9s",
      want: "systemd:app priority=1 monitor 8s",
      risk: "restart",
    },
  ])
})

test("an id that is given to an operation of a template is its id, and no parameter of the agent", () => {
  const named = withPacemaker(TEXT.replace("monitor: 9s", "monitor: { interval: 9s, id: often }"))
  const have = parseCib(EMPTY_TEXT)
  const text = editCib(EMPTY_TEXT, diffCib(desiredCib(named)!, have, NOTHING_OWNED).changes, have, new Map())
  expect(text).toContain('<op id="often" name="monitor" interval="9s"/>')
})

test("no node is asked for the agent of what is made from a template", () => {
  const have = { cluster: "up" as const, cib: EMPTY_CIB, text: EMPTY_TEXT, fingerprint: "" }
  expect(agentsQuestion({ desired: want }, have)).toBeUndefined()
})

test.each([
  [
    "  resources: { one: { agent: template:smal } }\n  templates: { small: { agent: systemd:app } }",
    'there is no template "smal"; did you mean "small"?',
  ],
  ["  templates: { small: { agent: template:other } }", "expected an agent such as ocf:heartbeat:IPaddr2"],
  [
    "  fencing: [{ name: f, agent: template:small }]\n  templates: { small: { agent: systemd:app } }",
    "expected a fence agent such as fence_ipmilan (a device is made from no template)",
  ],
  [
    "  templates: { small: { agent: systemd:app, operations: { moniter: 9s } } }",
    'pacemaker knows no operation "moniter"; did you mean "monitor"?',
  ],
  [
    "  templates: { small: { agent: systemd:app, parameters: { passwd: x } } }",
    "a secret here would show in the process list",
  ],
])("%s is refused with its line", (line, why) => {
  expect(() => withPacemaker(line)).toThrow(/^i\.yaml:5:/)
  expect(() => withPacemaker(line)).toThrow(why)
})
