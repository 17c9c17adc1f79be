import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { LIFT_SCRIPT, NOTHING_LEFT } from "../../../src/drill/armed.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"
import { startProber } from "../../../src/drill/prober.ts"
import { runDrill } from "../../../src/drill/run.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import type { Command } from "../../../src/transport/transport.ts"
import { INVENTORY } from "../status/support.ts"

const NODE = INVENTORY.hosts[0]!

interface Course {
  /** What the script of the fault exits with, or why it has no outcome. */
  fault: number | HaopsError
  /** Ctrl-C twice: nothing is tried any more. */
  aborted?: boolean
  /** The lock is another run's by the time. */
  lockLost?: boolean
}

/** What is thrown by a drill whose fault does not come about, and whether haops has undone it then. */
async function failing({
  fault,
  aborted = false,
  lockLost = false,
}: Course): Promise<{ error: HaopsError; lifts: number }> {
  let lifts = 0
  const exec = async ({ stdin }: Command): Promise<ExecResult> => {
    if (stdin === LIFT_SCRIPT) lifts++
    else if (typeof fault !== "number") throw fault
    return { code: stdin === LIFT_SCRIPT ? 0 : (fault as number), stdout: "", stderr: "", durationMs: 0 }
  }
  const transport = { host: NODE.name, exec, [Symbol.asyncDispose]: async () => {} }
  const abort = new AbortController()
  if (aborted) abort.abort()
  const lost = async (): Promise<never> => {
    throw new HaopsError("E_LOCKED", "the lock is no longer this run's")
  }
  const context: RunContext = {
    ...(lockLost ? { forChanges: (one) => ({ ...one, exec: lost }) } : {}),
    world: new Map([[NODE.name, { host: NODE, transport, answers: new Map() }]]),
    connector: { connect: async () => transport, [Symbol.asyncDispose]: async () => {} },
    forks: 1,
    sink: () => {},
    stop: abort.signal,
    abort: abort.signal,
  }
  const prober = startProber(async () => ({ ok: true, answer: "HTTP 200" }))
  const vip = { name: "vip", address: "10.0.0.11", manager: "pacemaker" } as const
  const drill = runDrill({
    ...{ context, inventory: INVENTORY, prober, tasks: [], holdMs: 1000, recoverMs: 1000, audit: "a drill" },
    ...{
      fault: FAULTS.standby,
      target: { node: NODE.name, vip, vips: [vip.address], haproxy: undefined },
      verify: async () => [],
    },
  })
  const error = await drill.then(
    () => expect.unreachable("it was brought about"),
    (thrown) => thrown as HaopsError,
  )
  await prober.stop()
  return { error, lifts }
}

test("a fault that the node has undone by itself leaves nothing", async () => {
  const { error, lifts } = await failing({ fault: NOTHING_LEFT })
  expect(error).toMatchObject({ code: "E_COMMAND", host: NODE.name, result: { code: NOTHING_LEFT } })
  expect(error.message).toContain("nothing is left of it there")
  expect(lifts).toBe(0)
})

test("nothing is begun, nor undone, once the lock is another run's, as after a sleep", async () => {
  expect(await failing({ fault: 0, lockLost: true })).toMatchObject({ error: { code: "E_LOCKED" }, lifts: 0 })
})

test.each([
  ["the node could not undo", 1, "E_COMMAND"],
  ["nobody knows about", new HaopsError("E_TIMEOUT", "no answer for 20 s"), "E_TIMEOUT"],
] as const)(
  "a fault that %s is undone from here; where that is not to be, it is said to be left",
  async (_, fault, code) => {
    const undone = await failing({ fault })
    expect(undone.error).toMatchObject({ code, message: expect.stringContaining("nothing is left of it there") })
    expect(undone.lifts).toBe(1)
    const left = await failing({ fault, aborted: true })
    expect(left.error).toMatchObject({ code, message: expect.stringContaining("the node's own timer") })
    expect(left.lifts).toBe(0)
  },
)

test("a cluster that is not well again is waited for as long as --recovery says, and no longer", async () => {
  const transport = {
    host: NODE.name,
    exec: async (): Promise<ExecResult> => ({ code: 0, stdout: "", stderr: "", durationMs: 0 }),
    [Symbol.asyncDispose]: async () => {},
  }
  const calm = new AbortController().signal
  const context: RunContext = {
    world: new Map([[NODE.name, { host: NODE, transport, answers: new Map() }]]),
    connector: { connect: async () => transport, [Symbol.asyncDispose]: async () => {} },
    ...{ forks: 1, sink: () => {}, stop: calm, abort: calm },
  }
  const vip = { name: "vip", address: "10.0.0.11", manager: "pacemaker" } as const
  const waited = async (recoverMs: number) => {
    const { healthyMs, liftedMs, endMs } = await runDrill({
      ...{ context, inventory: INVENTORY, tasks: [], holdMs: 1, recoverMs, audit: "a drill", fault: FAULTS.standby },
      prober: startProber(async () => ({ ok: true, answer: "HTTP 200" })),
      target: { node: NODE.name, vip, vips: [vip.address], haproxy: undefined },
      verify: async () => ["the VIP is nowhere"],
    })
    expect(healthyMs).toBeUndefined()
    return endMs - liftedMs!
  }
  const [short, long] = [await waited(100), await waited(1_500)]
  expect(short).toBeGreaterThanOrEqual(100)
  expect(long).toBeGreaterThanOrEqual(1_500)
  expect(short).toBeLessThan(20_000)
})
