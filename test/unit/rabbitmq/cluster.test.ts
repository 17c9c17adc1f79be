import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { RabbitmqState } from "../../../src/rabbitmq/state.ts"
import { rabbitmqCluster } from "../../../src/rabbitmq/steps/rabbitmq-cluster.ts"
import { sandbox } from "../step-harness.ts"
import { CONTENT, HOSTS, membersOf, running, STOPPED, state } from "./support.ts"

const lone = (host: string, changes = {}) => state(running([host], changes))
const of = (...members: string[]) => state(running(members))
const whole = of(...HOSTS)

/** What is seen and done on each host. */
function judged(states: Readonly<Record<string, RabbitmqState>>) {
  return Object.fromEntries(
    Object.keys(states).map((host) => {
      const want = { host, members: HOSTS }
      const members = membersOf(states, host)
      const drift = rabbitmqCluster.check(want, members)
      const actions = drift.length === 0 ? [] : rabbitmqCluster.plan(want, members, drift)
      return [
        host,
        [
          ...drift.map(({ have, want }) => `${have} -> ${want}`),
          ...actions.flatMap((action) =>
            action.type === "run" ? [action.argv.slice(0, 1).concat(action.argv.slice(-2)).join(" ")] : [],
          ),
          ...(rabbitmqCluster.findings?.(want, members) ?? []).map(
            ({ severity, message }) => `${severity}: ${message}`,
          ),
        ],
      ]
    }),
  )
}

const JOIN = (contact: string) => [
  "rabbitmqctl rabbitmqctl stop_app",
  "rabbitmqctl rabbitmqctl reset",
  `rabbitmqctl join_cluster rabbit@${contact}`,
  "rabbitmqctl rabbitmqctl start_app",
]
const FORGET = (host: string) => [
  "rabbitmqctl rabbitmqctl stop_app",
  `rabbitmqctl forget_cluster_node rabbit@${host}`,
  "rabbitmqctl rabbitmqctl reset",
]

test.each<[string, Record<string, RabbitmqState>, Record<string, string[]>]>([
  ["one cluster", { c1: whole, c2: whole, c3: whole }, { c1: [], c2: [], c3: [] }],
  [
    "all new: the others join the first of the inventory",
    { c1: lone("c1"), c2: lone("c2"), c3: lone("c3") },
    { c1: [], c2: ["c2 -> c1, c2", ...JOIN("c1")], c3: ["c3 -> c1, c3", ...JOIN("c1")] },
  ],
  [
    "a node with content is joined, not the first",
    { c1: lone("c1"), c2: lone("c2", CONTENT), c3: lone("c3") },
    {
      c1: ["c1 -> c2, c1", ...JOIN("c2"), "sh grow rabbit@c1"],
      c2: [],
      c3: ["c3 -> c2, c3", ...JOIN("c2"), "sh grow rabbit@c3"],
    },
  ],
  [
    "the first was wiped: it is forgotten by a survivor and joins, and founds nothing",
    { c1: lone("c1"), c2: of("c2", "c3", "c1"), c3: of("c1", "c2", "c3") },
    {
      c1: [
        "c1 -> c2, c3, c1",
        ...FORGET("c1"),
        "rabbitmqctl join_cluster rabbit@c2",
        "rabbitmqctl rabbitmqctl start_app",
      ],
      c2: [],
      c3: [],
    },
  ],
  [
    "one that does not run has nothing done to it here",
    { c1: of("c1", "c2", "c3"), c2: of("c1", "c2", "c3"), c3: STOPPED },
    { c1: [], c2: [], c3: ["not running -> c1, c2, c3"] },
  ],
  [
    "a run was cut short before queues got their copies on a member that has joined",
    { c1: whole, c2: whole, c3: state(running(HOSTS, { queues: 3, short: 2 })) },
    {
      c1: [],
      c2: [],
      c3: ["2 quorum queues short of a copy, and none here -> a copy of each here", "sh grow rabbit@c3"],
    },
  ],
  [
    "a copy that was made just before a kill does not run",
    { c1: whole, c2: whole, c3: state(running(HOSTS, { queues: 3, dead: 1 })) },
    {
      c1: [],
      c2: [],
      c3: [
        "1 quorum queue with a copy here that does not run -> a copy of each here",
        "sh drop rabbit@c3",
        "sh grow rabbit@c3",
      ],
    },
  ],
])("%s", (_what, states, expected) => {
  expect(judged(states)).toEqual(expected)
})

test("two clusters with content each are refused: neither is emptied", () => {
  const found = judged({ c1: lone("c1", CONTENT), c2: lone("c2", CONTENT), c3: lone("c3") })
  expect(found.c1).toEqual([])
  expect(found.c2).toEqual([
    "error: its RabbitMQ is a cluster of its own (c2) with users, queues or policies, beside that of c1",
  ])
  expect(found.c3).toEqual([])
})

test("a member that the inventory does not have is told, and not forgotten", () => {
  const four = of(...HOSTS, "c9")
  expect(judged({ c1: four, c2: four, c3: four })).toEqual({
    c1: ["warning: RabbitMQ's cluster has a member that the inventory does not: c9"],
    c2: [],
    c3: [],
  })
})

test("a member that is just leaving is no stranger", () => {
  const four = of(...HOSTS, "c9")
  const members = membersOf({ c1: four, c2: four, c3: four }, "c1")
  expect(rabbitmqCluster.findings?.({ host: "c1", members: HOSTS, leaving: "c9" }, members)).toEqual([])
})

test("nobody joins a cluster that has no majority of its own", () => {
  const of = (states: Record<string, RabbitmqState>) =>
    rabbitmqCluster.mustWait?.({ host: "c3", members: HOSTS }, membersOf(states, "c3"))
  const pair = state(running(["c1", "c2"]))
  expect(of({ c1: pair, c2: pair, c3: lone("c3") })).toBeUndefined()
  expect(of({ c1: lone("c1"), c2: lone("c2"), c3: lone("c3") })).toBeUndefined()
  expect(of({ c1: pair, c2: STOPPED, c3: lone("c3") })).toBe("of RabbitMQ's members c1, c2 only c1 runs")
  expect(of({ c1: whole, c2: STOPPED, c3: lone("c3") })).toBe("of RabbitMQ's members c1, c2 only c1 runs")
})

test.each([
  ["{ok, []}", 0, ""],
  ["{ok, [{error, timeout}]}", 1, "{ok, [{error, timeout}]}\n"],
])("copies that do not run are dropped, and a refusal is told: %s", (answer, code, told) => {
  const states = { c1: whole, c2: whole, c3: state(running(HOSTS, { queues: 1, dead: 1 })) }
  const [drop] = rabbitmqCluster.plan({ host: "c3", members: HOSTS }, membersOf(states, "c3"), [])
  using box = sandbox({ erl_call: `cat >/dev/null; echo '${answer}'`, timeout: 'shift; "$@"' })
  const [program = "", ...words] = drop?.type === "run" ? drop.argv.map(String) : []
  const env = { ...process.env, PATH: `${box.path}:${process.env.PATH}` }
  const { status, stderr } = spawnSync(program, words, { env, encoding: "utf8" })
  expect({ status, stderr }).toEqual({ status: code, stderr: told })
})

test("copies are asked for until a queue takes them, since grow ends well although one refuses", () => {
  const states = { c1: whole, c2: whole, c3: state(running(HOSTS, { queues: 1, short: 1 })) }
  const members = membersOf(states, "c3")
  const [grow] = rabbitmqCluster.plan({ host: "c3", members: HOSTS }, members, [])
  const directory = mkdtempSync(join(tmpdir(), "haops-grow-"))
  const stub = (name: string, text: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(directory, name), 0o755)
  }
  const asked = join(directory, "asked")
  stub("rabbitmq-queues", `echo "$*" >>'${asked}'; echo 'error: cluster_change_not_permitted'`)
  stub("erl_call", `cat >/dev/null; [ "$(wc -l <'${asked}')" -ge 2 ] && echo '{ok, 0}' || echo '{ok, 1}'`)
  const [program = "", ...words] = grow?.type === "run" ? grow.argv.map(String) : []
  const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` }
  const { status, stderr } = spawnSync(program, words, { env, encoding: "utf8" })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  expect(readFileSync(asked, "utf8")).toBe("grow rabbit@c3 all\ngrow rabbit@c3 all\n")
  rmSync(directory, { recursive: true })
})
