import { describe, expect, test } from "vitest"
import { quote } from "../../../src/base/sh.ts"
import { COMPONENTS } from "../../../src/components.ts"
import type { RunAction } from "../../../src/model/action.ts"
import type { Member } from "../../../src/model/step.ts"
import { aroundRestart, ifRunning } from "../../../src/rabbitmq/around-restart.ts"
import type { UpgradeState } from "../../../src/upgrade/state.ts"
import { upgradeStep } from "../../../src/upgrade/step.ts"
import type { UpgradeWant } from "../../../src/upgrade/want.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, facts, run, sandbox } from "../step-harness.ts"
import { state, VIP } from "./lab.ts"

// A cluster and a pair of keepalived's, each with a VIP, and haproxy on all of them.
const inventory = parseInventory(
  `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
pacemaker: { on: controllers, password: { env: P } }
vips:
  vip: { address: ${VIP}/24, on: controllers }
  front: { address: 10.0.0.9/24, on: loadbalancers, manager: keepalived, virtualRouterId: 50 }
haproxy:
  services:
    - { name: web, port: 80, vip: vip, backendPort: 8000 }
    - { name: site, port: 80, vip: front, backendPort: 8000 }
`,
  "/etc/haops/i.yaml",
)
const step = upgradeStep(COMPONENTS)
const NEWER = { haproxy: "2.6.12-2" }
const balancer = (changes: Partial<UpgradeState> = {}, offered: Record<string, string> = NEWER) =>
  state({ status: undefined, active: new Set(["haproxy", "keepalived"]), ...changes }, offered)

/** c3 and lb1 have the VIPs. */
const ALL = {
  c1: state({}, {}),
  c2: state({}, {}),
  c3: state({ addresses: new Set([VIP]) }, NEWER),
  lb1: balancer({ addresses: new Set(["10.0.0.9"]) }),
  lb2: balancer({}, {}),
}

/** All of them, seen by one. */
function seenBy(name: keyof typeof ALL, haves: Partial<Record<string, UpgradeState>> = {}) {
  const all = Object.entries({ ...ALL, ...haves }).map(
    ([host, have]): Member<UpgradeState> => ({ host, have: have as UpgradeState, facts: facts({ host }) }),
  )
  const want = step.bind?.(context(inventory, inventory.hosts.find((one) => one.name === name)!)) as UpgradeWant
  return { want, members: { all, missing: [], elected: all.find((one) => one.host === name)! } }
}

/** Why each of these must wait. */
function waits(hosts: readonly (keyof typeof ALL)[], haves: Partial<Record<string, UpgradeState>> = {}) {
  return hosts.map((name) => {
    const { want, members } = seenBy(name, haves)
    return step.mustWait?.(want, members)
  })
}

describe("hosts of two groups", () => {
  test("each with a VIP do not wait for each other", () => {
    expect(waits(["c3", "lb1"])).toEqual([undefined, undefined])
  })

  test("wait for those of their own without one", () => {
    expect(waits(["lb1", "lb2"], { lb2: balancer() })).toEqual(["it carries a VIP, and lb2 comes first", undefined])
  })

  test("are good for a VIP of keepalived's again before the next one gives it up", () => {
    const { want, members } = seenBy("lb2", { lb2: balancer() })
    const all = step.plan(want, members, step.check(want, members)) as RunAction[]
    const started = all.findIndex(({ argv }) => argv.join(" ") === "systemctl start keepalived")
    const script = `${all[started + 1]?.argv.at(-1)}`
    expect(script).toContain("haops-haproxy-answers")
    expect(script).toContain("10.0.0.9/80")
    // A second, an advertisement, and two answers of haproxy, a second each.
    expect(script).toMatch(/\nsleep 4$/)
  })

  test("keep a VIP of keepalived's that no other host would take", () => {
    const dead = (...active: string[]) => waits(["lb1"], { lb2: balancer({ active: new Set(active) }, {}) })
    expect(dead("haproxy")).toEqual(["it carries a VIP, and keepalived and haproxy run on no other host to take it"])
    expect(dead("keepalived")).toEqual(dead("haproxy"))
    expect(dead("keepalived", "haproxy")).toEqual([undefined])
  })
})

const brokers = parseInventory(
  `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
rabbitmq: { cookie: { env: P } }
`,
  "/etc/haops/i.yaml",
)

test("members of a broker's cluster know of each other, and of no other host", () => {
  const [c1] = brokers.hosts
  expect(step.bind?.(context(brokers, c1!))).toMatchObject({ peers: { "rabbitmq-server": ["c2", "c3"] } })
})

test("a member of a broker's cluster hands over before it restarts, and has its queues before the next one's turn", () => {
  const detoursOf = (name: string) => {
    const host = brokers.hosts.find((one) => one.name === name)!
    return (step.bind?.(context(brokers, host)) as UpgradeWant | undefined)?.detours["rabbitmq-server"]
  }
  const { before, after } = detoursOf("c1")!
  expect(before).toMatchObject([
    { label: "look whether a queue would lose its quorum" },
    { label: "hand over what it leads" },
  ])
  expect(after).toMatchObject([{ type: "wait" }, { argv: ["rabbitmq-upgrade", "await_online_quorum_plus_one"] }])
  expect(detoursOf("lb1")).toBeUndefined()
})

test.each([
  [0, ["rabbitmq-queues check_if_node_is_quorum_critical", "rabbitmq-upgrade drain"]],
  [3, []],
])("a broker hands over only while it runs (is-active: %i)", (code, asked) => {
  const said = (tool: string) => `echo ${tool} "$@"`
  using box = sandbox({
    systemctl: `exit ${code}`,
    "rabbitmq-queues": said("rabbitmq-queues"),
    "rabbitmq-upgrade": said("rabbitmq-upgrade"),
  })
  const done = aroundRestart("c1", ["c1", "c2"]).before.map((one) => {
    const command = ifRunning(one)
      .argv.map((word) => quote(String(word)))
      .join(" ")
    return run(command, { path: box.path }).stdout.trim()
  })
  expect(done.filter((line) => line !== "")).toEqual(asked)
})
