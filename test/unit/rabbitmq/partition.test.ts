import { expect, test } from "vitest"
import type { RabbitmqState } from "../../../src/rabbitmq/state.ts"
import { rabbitmqPartition } from "../../../src/rabbitmq/steps/rabbitmq-partition.ts"
import { membersOf, running, STOPPED, state } from "./support.ts"

const FIVE = ["c1", "c2", "c3", "c4", "c5"]

/** One that sees these running, and was cut off from those. */
function seeing(up: string, cut = ""): RabbitmqState {
  const nodes = (names: string) => names.split(" ").flatMap((name) => (name === "" ? [] : [`rabbit@${name}`]))
  return state(running(FIVE, { up: nodes(up), partitions: nodes(cut) }))
}

function judged(states: Readonly<Record<string, RabbitmqState>>) {
  const hosts = Object.keys(states)
  return hosts.map((host) => {
    const [want, members] = [{ host, members: hosts }, membersOf(states, host)]
    const drift = rabbitmqPartition.check(want, members)
    const actions = drift.length === 0 ? [] : rabbitmqPartition.plan(want, members, drift)
    return [
      ...drift.map(({ have, risk }) => `${have} (${risk})`),
      ...actions.map((one) => (one.type === "run" ? one.argv.join(" ") : one.type === "wait" ? one.for : one.type)),
      ...(rabbitmqPartition.findings?.(want, members) ?? []).map(({ message }) => message),
    ]
  })
}

const RESTART = "systemctl restart -- rabbitmq-server.service"

test("the members of the smaller part restart, and join the larger one", () => {
  const small = (name: string) => [
    "cut off from c1, c3, c5 (restart)",
    RESTART,
    `RabbitMQ on ${name} and c1 to see each other`,
  ]
  const large = seeing("c1 c3 c5", "c2 c4")
  const states = { c1: large, c2: seeing("c2 c4", "c1 c3 c5"), c3: large, c4: seeing("c2 c4", "c1 c3"), c5: large }
  expect(judged(states)).toEqual([[], small("c2"), [], small("c4"), []])
})

test("one part tells it, the other has forgotten: the smaller one restarts all the same", () => {
  const states = { c1: seeing("c1"), c2: seeing("c2 c3", "c1"), c3: seeing("c2 c3", "c1") }
  expect(judged(states)).toEqual([
    ["cut off from c2, c3 (restart)", RESTART, "RabbitMQ on c1 and c2 to see each other"],
    [],
    [],
  ])
})

test("where two have lost each other alone, the one that both see stays up", () => {
  const states = { c1: seeing("c1 c2", "c3"), c2: seeing("c1 c2 c3"), c3: seeing("c2 c3", "c1") }
  const lost = (name: string) => [
    "cut off from c1, c2, c3 (restart)",
    RESTART,
    `RabbitMQ on ${name} and c2 to see each other`,
  ]
  expect(judged(states)).toEqual([lost("c1"), [], lost("c3")])
})

test("of parts of one size none is restarted: which one is to be kept is told by nobody", () => {
  const states = { c1: seeing("c1", "c2"), c2: seeing("c2", "c1") }
  expect(judged(states)).toEqual([
    ["RabbitMQ's members were cut off from each other, and no part is larger than the others: c1 | c2"],
    [],
  ])
})

test.each([
  ["all see each other", { c1: seeing("c1 c2"), c2: seeing("c1 c2") }],
  ["they do not hear each other yet", { c1: seeing("c1 c2"), c2: seeing("c1 c2"), c3: seeing("c3") }],
  ["one is down", { c1: seeing("c1 c2"), c2: seeing("c1 c2"), c3: STOPPED }],
  ["it is over, and the note of it is left", { c1: seeing("c1 c2", "c2"), c2: seeing("c1 c2") }],
])("nothing is done where %s", (_what, states) => {
  expect(judged(states)).toEqual(Object.keys(states).map(() => []))
})
