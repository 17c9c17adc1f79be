import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { Look, Seen } from "../../../src/model/view.ts"
import { QUEUES, type QueuesState } from "../../../src/rabbitmq/queues.ts"
import type { RabbitmqState } from "../../../src/rabbitmq/state.ts"
import { view } from "../../../src/rabbitmq/view.ts"
import { lookOf } from "../look.ts"
import { parseInventory } from "../parse-inventory.ts"
import { ABSENT, HOSTS, running, STOPPED, state } from "./support.ts"

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\n"
const inventory = parseInventory(`${HEAD}rabbitmq: { cookie: { env: C } }\n`, "i.yaml")
const whole = state(running(HOSTS))

function look(states: Record<string, RabbitmqState>, queues: QueuesState = { quorum: 0, without: [] }): Look {
  return lookOf(inventory, states, (host) => (states[host]?.status === undefined ? undefined : queues))
}

function checks(states: Record<string, RabbitmqState>, queues?: QueuesState, assessed: Seen["assessed"] = () => []) {
  const seen: Seen = { look: look(states, queues), assessed, unasked: [], fromHere: new Map() }
  return Object.fromEntries(
    (view.checks?.(seen) ?? []).map(({ id, outcome, evidence }) => [id, [outcome, ...evidence]]),
  )
}

test("three members that see each other, and queues that can be used", () => {
  expect(checks({ c1: whole, c2: whole, c3: whole })).toEqual({
    rabbitmq: ["pass", "3 members of 3.10.8, each sees all"],
    "rabbitmq-queues": ["pass", "0 queues, no alarm"],
    "rabbitmq-settings": ["pass", "configuration, users, permissions and policies are the inventory's"],
  })
})

test.each<[string, Record<string, RabbitmqState>, string[]]>([
  ["one that is stopped", { c1: whole, c2: whole, c3: STOPPED }, ["c3: RabbitMQ is stopped"]],
  ["one that is not installed", { c1: whole, c2: whole, c3: ABSENT }, ["c3: RabbitMQ is stopped"]],
  ["one that does not answer", { c1: whole, c2: whole, c3: state(undefined) }, ["c3: RabbitMQ is silent"]],
  ["one that could not be asked", { c1: whole, c2: whole }, ["c3: could not be asked"]],
  [
    "one that was wiped and looks well by itself",
    { c1: whole, c2: whole, c3: state(running(["c3"])) },
    ["c3: its cluster is of c3", "c3 does not see c1 and c2"],
  ],
  [
    "a partition",
    { c1: whole, c2: whole, c3: state(running(HOSTS, { up: ["rabbit@c3"], partitions: ["rabbit@c1", "rabbit@c2"] })) },
    ["c3 does not see c1 and c2", "c3 was cut off from c1 and c2, and has not come back since"],
  ],
])("verify tells %s", (_what, states, fails) => {
  expect(checks(states).rabbitmq).toEqual(["fail", ...fails])
})

test("verify tells of a member that lacks copies of queues", () => {
  expect(checks({ c1: whole, c2: whole, c3: state(running(HOSTS, { short: 2 })) })["rabbitmq-queues"]).toEqual([
    "warn",
    "c3 lacks a copy of 2 quorum queues",
  ])
})

test("verify tells of a member whose copy of a queue does not run", () => {
  expect(checks({ c1: whole, c2: whole, c3: state(running(HOSTS, { dead: 1 })) })["rabbitmq-queues"]).toEqual([
    "warn",
    "c3 has a copy of 1 quorum queue that does not run",
  ])
})

test("verify tells alarms and queues without a majority, once", () => {
  const alarmed = state(running(HOSTS, { queues: 2, alarms: ["{{resource_limit,disk,rabbit@c1},[]}"] }))
  expect(
    checks({ c1: alarmed, c2: alarmed, c3: alarmed }, { quorum: 2, without: ["orders"] })["rabbitmq-queues"],
  ).toEqual(["fail", "no majority is online of orders", "alarm: {{resource_limit,disk,rabbit@c1},[]}"])
  expect(checks({ c1: STOPPED, c2: STOPPED, c3: STOPPED })["rabbitmq-queues"]).toEqual([
    "fail",
    "no member could be asked",
  ])
})

test("verify tells what differs from the inventory, or could not be found out", () => {
  const all = { c1: whole, c2: whole, c3: whole }
  const drift = {
    attribute: "user openstack",
    have: "another password",
    want: "as in the inventory",
    risk: "none",
  } as const
  const differing = checks(all, undefined, ({ kind }) =>
    kind === "rabbitmq-definitions" ? [{ host: "c1", drift: [drift], findings: [] }] : [],
  )
  expect(differing["rabbitmq-settings"]).toEqual([
    "fail",
    "c1: user openstack: another password, wanted as in the inventory",
  ])
  const failed = checks(all, undefined, ({ kind }) =>
    kind === "rabbitmq-cookie"
      ? [{ host: "c2", drift: [], findings: [], error: new HaopsError("E_PROBE", "no answer") }]
      : [],
  )
  expect(failed["rabbitmq-settings"]).toEqual(["fail", "c2: no answer"])
})

test("status has a line for each member, with what is wrong; and none without the section", () => {
  const states = { c1: whole, c2: state(running(HOSTS, { up: ["rabbit@c2"], partitions: ["rabbit@c1"] })), c3: STOPPED }
  const blocks = view.lines?.(view.picture!(look(states, { quorum: 1, without: ["q"] })) as never) ?? []
  const rows = blocks.flatMap((block) => ("rows" in block ? block.rows : []))
  expect(rows.slice(1).map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)))).toEqual([
    ["c1", "running", "3.10.8", "3/3", "0", "no quorum: q"],
    ["c2", "running", "3.10.8", "1/3", "0", "cut off from c1; no quorum: q"],
    ["c3", "stopped", "3.10.8", "", "", ""],
  ])
  const without = { ...look({}), inventory: parseInventory(HEAD, "i.yaml") }
  expect(view.lines?.(view.picture!(without) as never)).toEqual([])
  expect(view.checks?.({ look: without, assessed: () => [], unasked: [], fromHere: new Map() })).toEqual([])
})

test("queues are read from RabbitMQ's own answer; silence is none, and anything else an error", () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64")
  expect(QUEUES.parse(encoded({ quorum: 1, without: ["a"] }))).toEqual({ quorum: 1, without: ["a"] })
  expect(QUEUES.parse("")).toBeUndefined()
  expect(() => QUEUES.parse(encoded({ quorum: "x" }))).toThrow("not of the expected form")
})
