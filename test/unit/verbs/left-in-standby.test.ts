import { expect, test } from "vitest"
import { parseCrmMon } from "../../../src/pacemaker/crm-mon.ts"
import { leftInStandby } from "../../../src/verbs/left-in-standby.ts"
import { recorded } from "../membership/cluster.ts"

/** controller3 is in standby there. */
const status = parseCrmMon(recorded("crm-mon-2.0.xml"))
const about = (node: string) => ({ node })

test("a removal that failed after it had drained the node says what state that is in, and both ways on", () => {
  expect(leftInStandby("remove-node", about("controller3"), "failed", status)).toBe(
    "controller3 is in standby: nothing runs there. Run haops remove-node again to go on, or bring it back: haops unstandby controller3",
  )
})

test("a node that such a one left behind is not taken in without a word", () => {
  expect(leftInStandby("add-node", about("controller3"), "done", status)).toBe(
    "controller3 is in standby: nothing runs there. Bring it back: haops unstandby controller3",
  )
})

test.each([
  ["remove-node", "controller3", "done"],
  ["remove-node", "controller2", "failed"],
  ["standby", "controller3", "done"],
  ["unstandby", "controller3", "failed"],
] as const)("%s %s that is %s: nothing to say", (verb, node, outcome) => {
  expect(leftInStandby(verb, about(node), outcome, status)).toBeUndefined()
  expect(leftInStandby(verb, about(node), outcome, undefined)).toBeUndefined()
})
