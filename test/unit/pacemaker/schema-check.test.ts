import { expect, test } from "vitest"
import type { Change } from "../../../src/pacemaker/changes.ts"
import { schemaFindings } from "../../../src/pacemaker/schema-check.ts"
import { templatePart } from "../../../src/pacemaker/section/templates.ts"
import { resource } from "../../cases/pacemaker/desires.ts"

const create = (one: ReturnType<typeof resource>): Change => ({ type: "create-resource", resource: one })

function told(schema: readonly [number, number], one: ReturnType<typeof resource>) {
  const placeOf = () => "i.yaml:4:7"
  return schemaFindings([create(one)], { schema, resources: [one], placeOf }).map(({ message, hint }) => [
    message,
    hint,
  ])
}

test.each([
  [
    "a class",
    resource("old", "upstart:job"),
    "i.yaml:4:7 old is of the class upstart, which pacemaker-4.0, the CIB's schema, does not know",
    "Pacemaker 3 dropped it; write the same as a systemd unit instead.",
  ],
  [
    "a meta attribute",
    { ...resource("web", "ocf:heartbeat:Dummy"), meta: { "restart-type": "restart" } },
    "i.yaml:4:7 web has the meta attribute restart-type, which pacemaker-4.0, the CIB's schema, does not know",
    "Pacemaker 3 dropped it; write an order constraint of the kind Mandatory instead.",
  ],
  [
    "an operation's option",
    {
      ...resource("web", "ocf:heartbeat:Dummy"),
      operations: [{ name: "monitor", options: { interval: "10s", can_fail: "true" } }],
    },
    "i.yaml:4:7 web has can_fail at its monitor, which pacemaker-4.0, the CIB's schema, does not know",
    "Pacemaker 3 dropped it; write on-fail instead.",
  ],
] as const)(
  "%s that pacemaker 3 dropped is told with what replaces it, and with its line",
  (_what, one, message, hint) => {
    expect(told([4, 0], one)).toEqual([[message, hint]])
    expect(told([3, 9], one)).toEqual([])
  },
)

test("what an operation requires, which its resource does since pacemaker 2.0, is told", () => {
  const web = {
    ...resource("web", "ocf:heartbeat:Dummy"),
    operations: [{ name: "start", options: { interval: "0s", requires: "nothing" } }],
  }
  const by = "which pacemaker-3.0, the CIB's schema, does not know"
  const hint = "Write it in the meta of the resource instead."
  expect(told([3, 0], web)).toEqual([[`i.yaml:4:7 web has requires at its start, ${by}`, hint]])
  expect(told([2, 10], web)).toEqual([])
  const part = templatePart("small", { agent: "systemd:app", operations: { start: { requires: "nothing" } } })
  const ofTemplate = (schema: readonly [number, number]) =>
    schemaFindings([{ type: "create-part", part }], { schema, resources: [], placeOf: () => "" })
  expect(ofTemplate([3, 0])).toEqual([
    { severity: "error", message: `template small has requires at its start, ${by}`, hint },
  ])
  expect(ofTemplate([2, 10])).toEqual([])
})
