import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { assess } from "../../../src/engine/assess.ts"
import type { Task } from "../../../src/engine/task.ts"
import { type Answer, createWorld, type World } from "../../../src/engine/world.ts"
import type { Step } from "../../../src/model/step.ts"
import { loadSteps } from "../../../src/playbook/registry.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { facts, host } from "../step-harness.ts"

const stepKinds = await loadSteps()

const NAMES = ["n1", "n2", "n3"]

function taskOf(step: Step): Task {
  return { id: "t", stage: "s", step, title: "it", wants: new Map(NAMES.map((name) => [name, {}])) }
}

/** Hosts that answered so; all of them are connected and take part. */
function worldOf(answers: Readonly<Record<string, Answer>>): World {
  const world = createWorld(NAMES.map((name, index) => host(name, `10.0.0.${index + 1}`)))
  for (const [name, state] of world) {
    state.transport = {} as Transport
    state.facts = facts()
    const answer = answers[name]
    if (answer !== undefined) state.answers.set("t", answer)
  }
  return world
}

const failed = (name: string): Answer => ({
  error: new HaopsError("E_PROBE", "probe of it failed (exit 3)", { host: name }),
})

describe.each([...stepKinds])("%s", (_kind, step) => {
  test("where the probe failed on every host, that is said, and nothing is known or done", () => {
    const assessments = assess(taskOf(step), worldOf(Object.fromEntries(NAMES.map((name) => [name, failed(name)]))))
    expect(assessments.map(({ error }) => error?.code)).toEqual(
      step.scope === "once" ? ["E_PROBE"] : NAMES.map(() => "E_PROBE"),
    )
    for (const { drift, actions, blocked, findings } of assessments) {
      expect({ drift, actions, blocked, findings }).toEqual({
        drift: [],
        actions: [],
        blocked: undefined,
        findings: [],
      })
    }
  })
})

test("one host that could not be asked fails a step that is done for all", () => {
  const once = stepKinds.get("cib")!
  const known: Answer = { have: { cluster: "down" } }
  const [one] = assess(taskOf(once), worldOf({ n1: known, n2: failed("n2"), n3: known }))
  expect(one).toMatchObject({ host: "n2", error: { code: "E_PROBE" }, drift: [], actions: [] })
})

test("a step for all has nothing to say where none of its hosts takes part", () => {
  const world = worldOf({})
  for (const state of world.values()) state.failure = { kind: "unreachable", error: new HaopsError("E_CONNECT", "no") }
  expect(assess(taskOf(stepKinds.get("cib")!), world)).toEqual([])
})
