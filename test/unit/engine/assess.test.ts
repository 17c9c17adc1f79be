import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { assess } from "../../../src/engine/assess.ts"
import type { Task } from "../../../src/engine/task.ts"
import { type Answer, createWorld, type HostState, type World } from "../../../src/engine/world.ts"
import type { Action } from "../../../src/model/action.ts"
import { defineClusterStep, defineJointStep, defineStep, type Step } from "../../../src/model/step.ts"
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

describe("what is done on another host besides", () => {
  const elsewhere: readonly Action[] = [
    { type: "run", argv: ["drain"], on: "n1" },
    { type: "run", argv: ["drain"], on: "lb" },
    { type: "run", argv: ["restart"] },
  ]
  const copied: readonly Action[] = [
    { type: "copy", from: "lb", path: "/key", digest: "d", mode: "0400", owner: "root:root" },
  ]
  const common = (actions: readonly Action[]) => ({
    kind: "it",
    summary: "it",
    title: () => "it",
    probe: () => ({ script: "", parse: () => ({}) }),
    check: () => [{ attribute: "a", have: "x", want: "y", risk: "restart" as const }],
    plan: () => actions,
  })
  const steps: Readonly<Record<string, (actions: readonly Action[]) => Step>> = {
    "by all together": (actions) => defineJointStep({ ...common(actions), mustWait: () => "not yet" }),
    "by one for all": (actions) => defineClusterStep({ ...common(actions), needs: "any" }),
    "on each host": (actions) => defineStep(common(actions)),
  }
  const known: Answer = { have: {} }
  const withLb = (change: (world: Map<string, HostState>) => void): World => {
    const world = new Map(worldOf({ n1: known, n2: known, n3: known }))
    world.set("lb", { host: host("lb", "10.0.0.9"), transport: {} as Transport, facts: facts(), answers: new Map() })
    change(world)
    return world
  }
  const without = (kind: "unreachable" | "failed") =>
    withLb((world) => {
      world.get("lb")!.failure = { kind, error: new HaopsError("E_CONNECT", "no") }
    })
  const limited = withLb((world) => world.delete("lb"))
  const WHY: readonly [string, World][] = [
    ["lb is unreachable: a part of this is done there", without("unreachable")],
    ["lb has failed: a part of this is done there", without("failed")],
    ["lb is left out by --limit: a part of this is done there", limited],
  ]

  describe.each(Object.entries(steps))("%s", (_who, step) => {
    test.each(WHY)("blocks it before anything is done where %s", (reason, world) => {
      for (const actions of [elsewhere, copied]) {
        const all = assess(taskOf(step(actions)), world)
        expect(all.length).toBeGreaterThan(0)
        for (const one of all) {
          expect(one).toMatchObject({ blocked: reason, actions: [] })
          expect([one.drift.length, one.mustWait]).toEqual([1, undefined])
        }
      }
    })

    test("is done where that host takes part", () => {
      const world = withLb(() => {})
      for (const one of assess(taskOf(step(elsewhere)), world))
        expect(one).toMatchObject({ blocked: undefined, actions: elsewhere })
    })
  })
})
