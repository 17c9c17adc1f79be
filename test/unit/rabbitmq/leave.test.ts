import { describe, expect, test } from "vitest"
import { memcachedRetired } from "../../../src/memcached/steps/memcached-retired.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Subject } from "../../../src/model/step.ts"
import { loadShipped } from "../../../src/playbook/load.ts"
import { type HeldQueue, heldScript, parseHeld } from "../../../src/rabbitmq/held-alone.ts"
import type { RabbitmqState } from "../../../src/rabbitmq/state.ts"
import { rabbitmqForget } from "../../../src/rabbitmq/steps/rabbitmq-forget.ts"
import { rabbitmqLeave } from "../../../src/rabbitmq/steps/rabbitmq-leave.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, judge, run, sandbox } from "../step-harness.ts"
import { ABSENT, CONTENT, HOSTS, membersOf, running, STOPPED, state } from "./support.ts"

const inventory = parseInventory(
  "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\nmemcached: {}\nrabbitmq: { cookie: { env: C } }\n",
  "i.yaml",
)
const subject = { node: "c3", leaving: true }
const leaving = (have: RabbitmqState) => ({ ...have, held: [] })
const words = (actions: readonly Action[]) =>
  actions.map((one) => (one.type === "run" ? one.argv.slice(0, 3).join(" ") : one.type))

test("each is for the node that leaves, or for those that stay, and for nobody else", () => {
  const of = (
    bind: typeof rabbitmqLeave.bind | typeof rabbitmqForget.bind | typeof memcachedRetired.bind,
    about = {},
  ) => inventory.hosts.map((host) => bind?.({ ...context(inventory, host), ...about }) !== undefined)
  const leaving = { subject }
  expect(of(rabbitmqLeave.bind, leaving)).toEqual([false, false, true])
  expect(of(memcachedRetired.bind, leaving)).toEqual([false, false, true])
  expect(of(rabbitmqForget.bind, leaving)).toEqual([true, true, false])
  for (const { bind } of [rabbitmqLeave, rabbitmqForget, memcachedRetired]) {
    expect(of(bind)).toEqual([false, false, false])
    expect(of(bind, { subject: { node: "c3" } })).toEqual([false, false, false])
  }
})

const SHRINK = "rabbitmq-queues shrink rabbit@c3"
const OUT = ["rabbitmqctl stop_app", "rabbitmqctl reset"]
const STOP = "systemctl disable --now"
const FAILED = { ...STOPPED.unit, active: "failed", file: "disabled" }

test.each<[string, RabbitmqState, string[]]>([
  ["a member with queues", state(running(HOSTS, CONTENT)), [SHRINK, ...OUT, STOP]],
  ["a member without", state(running(HOSTS)), [...OUT, STOP]],
  ["one by itself", state(running(["c3"], CONTENT)), [STOP]],
  ["one that is stopped and starts at boot", STOPPED, [STOP]],
  ["one that has left", state(undefined, { unit: { ...STOPPED.unit, file: "disabled" } }), []],
  ["one that has failed: it stays so, stop it as you will", state(undefined, { unit: FAILED }), []],
  ["one that was never there", ABSENT, []],
])("%s leaves", (_what, have, actions) => {
  expect(words(judge(rabbitmqLeave, { host: "c3", members: HOSTS }, leaving(have)).actions)).toEqual(actions)
})

test("memcached that has failed is stopped, and one that starts again and again is not", () => {
  const unit = { load: "loaded", active: "failed", sub: "failed", file: "disabled" }
  expect(judge(memcachedRetired, {}, unit).drift).toEqual([])
  expect(judge(memcachedRetired, {}, { ...unit, active: "activating" }).drift).toHaveLength(1)
})

test("it stays where another member is down: those that are left would be too few", () => {
  const have = state(running(HOSTS, { up: ["rabbit@c1", "rabbit@c3"] }))
  expect(judge(rabbitmqLeave, { host: "c3", members: HOSTS }, leaving(have)).findings).toEqual([
    expect.objectContaining({
      severity: "error",
      message: "RabbitMQ on c2 does not run: without c3 there would be too few",
    }),
  ])
})

describe("what it alone holds", () => {
  const queue = (name: string, messages: HeldQueue["messages"], changes: Partial<HeldQueue> = {}): HeldQueue => {
    return { vhost: "/", name, type: "rabbit_classic_queue", messages, ...changes }
  }
  const found = (held: readonly HeldQueue[] | undefined, loseMessages?: boolean, members: readonly string[] = HOSTS) =>
    judge(
      rabbitmqLeave,
      { host: "c3", members: HOSTS, loseMessages },
      { ...state(running(members)), held },
    ).findings.map(({ severity, message }) => `${severity}: ${message}`)

  test("is not lost unasked: messages refuse it, unless they may go", () => {
    const held = [queue("orders", 3), queue("bills", 1, { vhost: "/shop", type: "rabbit_quorum_queue" })]
    const what =
      "messages would be lost, which RabbitMQ here alone has: orders (classic, 3 messages) and bills of /shop (quorum, 1 message)"
    expect(found(held)).toEqual([`error: ${what}`])
    expect(found(held, true)).toEqual([`warning: ${what}`])
  })

  test("is not lost by --force, which is about a node that is gone for good", () => {
    const [, , host] = inventory.hosts
    const asked = (words: Partial<Subject>) => {
      const want = rabbitmqLeave.bind!({ ...context(inventory, host!), subject: { ...subject, ...words } })
      return judge(rabbitmqLeave, want!, { ...state(running(HOSTS)), held: [queue("orders", 3)] }).findings
    }
    expect(asked({ force: true })).toEqual([
      expect.objectContaining({ severity: "error", hint: expect.stringMatching(/If they may go: --lose-messages$/) }),
    ])
    expect(asked({ loseMessages: true })).toEqual([expect.objectContaining({ severity: "warning" })])
  })

  test("is taken for messages where a queue that has crashed does not say", () => {
    expect(found([queue("orders", "unknown")])).toEqual([
      "error: messages would be lost, which RabbitMQ here alone has: orders (classic, unknown how many messages)",
    ])
    const answer = (messages: unknown) =>
      Buffer.from(JSON.stringify([{ ...queue("orders", 3), messages }])).toString("base64")
    expect(parseHeld(answer("unknown"))).toEqual([queue("orders", "unknown")])
    expect(() => parseHeld(answer(-1))).toThrow("not of the expected form")
  })

  test("without messages is told", () => {
    expect(found([queue("reply", 0)])).toEqual([
      "warning: queues end with RabbitMQ here, which alone has them: reply (classic, no message)",
    ])
  })

  test("is nothing where it knows of none, and has to be known", () => {
    expect(found([])).toEqual([])
    expect(found(undefined)).toEqual(["error: RabbitMQ does not say which queues it alone holds"])
  })

  test.each<[string, RabbitmqState["unit"], string[], string | undefined]>([
    ["runs and does not answer", state(undefined).unit, ["rabbit@c3"], "runs and does not answer"],
    ["is stopped, and starts at boot", STOPPED.unit, ["rabbit@c3"], "is stopped"],
    ["has left", { ...STOPPED.unit, file: "disabled" }, ["rabbit@c3"], undefined],
    ["never had any data", STOPPED.unit, [], undefined],
  ])("is not known of one that %s", (_what, unit, nodes, does) => {
    const have = { ...state(undefined, { unit, nodes }), held: undefined }
    const found = (loseMessages?: boolean) =>
      judge(rabbitmqLeave, { host: "c3", members: HOSTS, loseMessages }, have).findings
    const message = `RabbitMQ here ${does}, so that nobody knows which messages it alone has`
    expect(found()).toEqual(does === undefined ? [] : [expect.objectContaining({ severity: "error", message })])
    expect(found(true).map(({ severity }) => severity)).toEqual(does === undefined ? [] : ["warning"])
  })

  test("is known to have gone of one that was killed between leaving and stopping", () => {
    const have = { ...state({ running: false } as RabbitmqState["status"], { nodes: ["rabbit@c3"] }), held: undefined }
    expect(judge(rabbitmqLeave, { host: "c3", members: HOSTS }, have).findings).toEqual([])
  })

  test("stays where it is by itself, since it is not emptied", () => {
    expect(found([queue("orders", 3)], false, ["c3"])).toEqual([])
  })

  test("is asked of the member, and of one that does not answer nothing is known", () => {
    const answer = Buffer.from(JSON.stringify([queue("orders", 3)])).toString("base64")
    using box = sandbox({ erl_call: `cat >/dev/null; echo '{ok, "${answer}"}'`, timeout: 'shift; "$@"' })
    expect(parseHeld(run(heldScript("c3"), { path: box.path }).stdout.trim())).toEqual([queue("orders", 3)])
    using silent = sandbox({ erl_call: "cat >/dev/null; echo 'erl_call: failed'; exit 1", timeout: 'shift; "$@"' })
    expect(parseHeld(run(heldScript("c3"), { path: silent.path }).stdout.trim())).toBeUndefined()
    expect(() => parseHeld("bm9uZQ==")).toThrow("not of the expected form")
  })
})

test("one that is gone is forgotten by those that stay, once", () => {
  const want = { host: "c1", members: ["c1", "c2"], node: "c3" }
  const of = (have: RabbitmqState) => {
    const members = membersOf({ c1: have, c2: have }, "c1")
    const drift = rabbitmqForget.check(want, members)
    return drift.length === 0 ? [] : words(rabbitmqForget.plan(want, members, drift))
  }
  expect(of(state(running(HOSTS)))).toEqual(["rabbitmqctl forget_cluster_node rabbit@c3"])
  expect(of(state(running(["c1", "c2"])))).toEqual([])
  expect(of(STOPPED)).toEqual([])
})

test("is refused where nobody that stays says who the members are", () => {
  const want = { host: "c1", members: ["c1", "c2"], node: "c3" }
  const found = (one: RabbitmqState, other = one) =>
    rabbitmqForget.findings?.(want, membersOf({ c1: one, c2: other }, "c1")).map(({ severity }) => severity)
  const data = { ...STOPPED, nodes: ["rabbit@c1"] }
  expect(found(data)).toEqual(["error"])
  expect(found(state(running(HOSTS)), data)).toEqual([])
  // A broker that was never set up knows of nobody.
  expect(found(ABSENT)).toEqual([])
})

test("memcached is stopped where it runs or would", () => {
  const of = (active: string, file: string) =>
    judge(memcachedRetired, {}, { load: "loaded", active, sub: "x", file }).actions.length
  expect([of("active", "enabled"), of("inactive", "enabled"), of("inactive", "disabled")]).toEqual([1, 1, 0])
})

test("the services are out before the node leaves the cluster, and in once the others know its name", async () => {
  const order = async (name: "add-node" | "remove-node") => {
    const { stages } = (await loadShipped(name)).value
    return stages.flatMap(({ on, steps }) => steps.map((step) => `${step} ${on}`))
  }
  const sorted = (all: readonly string[], some: readonly string[]) =>
    [...some].sort((a, b) => all.indexOf(a) - all.indexOf(b))
  const leave = ["node-drained all", "rabbitmq-leave node", "rabbitmq-forget others", "cluster-leave all"]
  expect(sorted(await order("remove-node"), leave)).toEqual(leave)
  const join = [
    "rabbitmq-cookie node",
    "packages node",
    "rabbitmq-config node",
    "rabbitmq-start node",
    "hosts others",
    "rabbitmq-cluster all",
  ]
  expect(sorted(await order("add-node"), join)).toEqual(join)
})
