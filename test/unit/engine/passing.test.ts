import { expect, test } from "vitest"
import * as z from "zod"
import type { Finding } from "../../../src/base/events.ts"
import type { Assessment } from "../../../src/engine/assess.ts"
import { withoutPassing } from "../../../src/engine/passing.ts"
import type { Task } from "../../../src/engine/task.ts"
import { createWorld } from "../../../src/engine/world.ts"
import { defineStep, type Step } from "../../../src/model/step.ts"
import { host } from "../step-harness.ts"

const node = defineStep<object, string>({
  kind: "toy-node",
  summary: "a node that starts",
  want: z.object({}),
  title: () => "node",
  probe: () => ({ script: "true", parse: ({ stdout }) => stdout }),
  check: () => [],
  plan: () => [],
  starting: (_want, have) => have === "starting",
})
const PASSING: Finding = { severity: "error", passing: true, message: "no quorum" }
const LASTING: Finding = { severity: "error", message: "not ours" }

function found(have: string): string[] {
  const world = createWorld([host("n1", "10.0.0.1")])
  const task: Task = { id: "t", stage: "s", step: node as Step, title: "node", wants: new Map([["n1", {}]]) }
  world.get("n1")!.answers.set("t", { have })
  const one = { task, host: "n1", drift: [], actions: [], findings: [] as Finding[] }
  const other = { ...one, task: { ...task, id: "u" }, findings: [PASSING, LASTING] }
  const all = withoutPassing([one, other] as unknown as Assessment[], world)
  return all.flatMap(({ findings }) => findings.map(({ message }) => message))
}

test("what a start may still end does not stand against a run while something is only just starting", () => {
  expect(found("starting")).toEqual(["not ours"])
})

test("it does as soon as nothing is starting any more", () => {
  expect(found("running")).toEqual(["no quorum", "not ours"])
})
