import { spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import { HaopsError } from "../../../../src/base/errors.ts"
import type { ExecResult } from "../../../../src/base/exec-result.ts"
import { nextHolder, runFencing } from "../../../../src/drill/fencing/run.ts"
import type { RunContext } from "../../../../src/engine/context.ts"
import type { HostState } from "../../../../src/engine/world.ts"
import type { Command } from "../../../../src/transport/transport.ts"
import { INVENTORY } from "../../status/support.ts"
import { facts } from "../../step-harness.ts"

interface Answers {
  /** What `stonith_admin --reboot` comes to. */
  fencing: Partial<ExecResult> | HaopsError
  /** What tells the node's boots apart, before and at each look afterwards; empty: it could not be asked. The last one stays. */
  boots: readonly [string, ...string[]]
  /** How many times `haops verify` finds something wrong. */
  wrong?: number
  recoverMs?: number
  /** Ctrl-C while the node is asked which boot it is, before it is fenced. */
  stopped?: boolean
  /** The lock is another run's by the time. */
  lockLost?: boolean
}

/** Fences controller1 from controller2, and returns the course with what was run on each host. */
async function fenced({ fencing, boots, wrong = 0, recoverMs = 5_000, stopped = false, lockLost = false }: Answers) {
  let judged = 0
  const calm = new AbortController().signal
  const stop = new AbortController()
  const ran: [string, string][] = []
  let [boot, ...later] = boots
  const transportOf = (host: string) => ({
    host,
    exec: async ({ argv, stdin }: Command): Promise<ExecResult> => {
      const what = argv[0] === "stonith_admin" ? argv.join(" ") : String(stdin)
      ran.push([host, what])
      const result = { code: 0, stdout: "", stderr: "", durationMs: 0 }
      if (what.includes("boot_id")) {
        if (stopped) stop.abort()
        const said = boot
        ;[boot = said, ...later] = later
        return { ...result, stdout: said, code: said === "" ? 1 : 0 }
      }
      if (what.includes("--history")) return { ...result, code: 1 }
      // What is asked of a host as such this machine answers.
      if (argv[0] !== "stonith_admin") {
        const { status, stdout } = spawnSync(argv[0]!, argv.slice(1), { input: String(stdin), encoding: "utf8" })
        return { ...result, code: status ?? 1, stdout }
      }
      if (fencing instanceof HaopsError) throw fencing
      return { ...result, ...fencing }
    },
    [Symbol.asyncDispose]: async () => {},
  })
  const world = new Map(
    INVENTORY.hosts.map((host): [string, HostState] => [
      host.name,
      { host, transport: transportOf(host.name), facts: facts({ host: host.name }), answers: new Map() },
    ]),
  )
  const lost = async (): Promise<never> => {
    throw new HaopsError("E_LOCKED", "the lock on controller2 is no longer this run's")
  }
  const context: RunContext = {
    ...(lockLost ? { forChanges: (transport) => ({ ...transport, exec: lost }) } : {}),
    ...{ world, forks: 1, sink: () => {}, stop: stop.signal, abort: calm },
    connector: { connect: async ({ name }) => transportOf(name), [Symbol.asyncDispose]: async () => {} },
  }
  const asked = () => ran.filter(([, what]) => /--reboot|--fence/.test(what))
  const course = await runFencing({
    ...{ context, inventory: INVENTORY, node: "controller1", by: "controller2", action: "reboot", timeoutS: 60 },
    ...{ tasks: [], vips: [], before: new Map(), recoverMs },
    verify: async () => (judged++ < wrong ? ["not yet"] : []),
  }).catch((thrown: HaopsError) => {
    throw Object.assign(thrown, { asked: asked() })
  })
  return { course, asked: asked() }
}

test("nothing is asked of the cluster once the lock is another run's, as after a sleep", async () => {
  const refused = fenced({ fencing: {}, boots: ["one", "two"], lockLost: true })
  await expect(refused).rejects.toMatchObject({ code: "E_LOCKED", asked: [] })
})

test("the cluster is asked once, on another node, and a node that is another boot has been fenced", async () => {
  const { course, asked } = await fenced({ fencing: {}, boots: ["one", "two"] })
  expect(asked).toEqual([["controller2", "stonith_admin --reboot controller1 --timeout 60"]])
  expect(course).toMatchObject({ refusal: undefined, restarted: true, troubles: [], interrupted: false })
  expect(course.healthyMs).toBeGreaterThanOrEqual(course.fencedMs!)
})

test("a node that is the same boot was not fenced, whatever its device says", async () => {
  const { course } = await fenced({ fencing: {}, boots: ["one", "one"] })
  expect(course).toMatchObject({ restarted: false })
})

test("Ctrl-C before the cluster is asked leaves the node alone", async () => {
  const course = fenced({ fencing: {}, boots: ["one", "two"], stopped: true })
  await expect(course).rejects.toMatchObject({ code: "E_CANCELED", asked: [] })
})

test("a node that does not say which boot it is, or is still going down, is asked again", async () => {
  const { course } = await fenced({ fencing: {}, boots: ["one", "", "one", "two"], wrong: 1, recoverMs: 60_000 })
  expect(course).toMatchObject({ restarted: true, troubles: [] })
  const silent = await fenced({ fencing: {}, boots: ["one", ""], recoverMs: 100 })
  expect(silent.course).toMatchObject({ restarted: undefined, backMs: undefined, healthyMs: undefined })
})

test("where the cluster could not fence it the course ends at once, with its word", async () => {
  const refused = { code: 105, stderr: "stonith_admin: Couldn't perform the operation: No such device\n" }
  const { course } = await fenced({ fencing: refused, boots: ["one", "one"] })
  expect(course.refusal).toBe(
    "the cluster did not fence controller1: stonith_admin: Couldn't perform the operation: No such device (exit 105)",
  )
  expect(course).toMatchObject({ fencedMs: undefined, healthyMs: undefined, restarted: undefined })
})

test("a connection that ends meanwhile says nothing of the node", async () => {
  const { course } = await fenced({ fencing: new HaopsError("E_CONNECT", "connection lost"), boots: ["one", "one"] })
  expect(course.refusal).toBe("whether controller1 is fenced is not known: connection lost")
})

test("who has a VIP next is whoever begins after the node had it", () => {
  const hold = (host: string, fromMs: number, toMs: number, address = "a") => ({ host, address, fromMs, toMs })
  const first = hold("controller1", 10, 500)
  expect(nextHolder([first], "a", "controller1")).toEqual({})
  expect(nextHolder([hold("controller2", 700, 2000)], "a", "controller1")).toEqual({ to: "controller2", ms: 700 })
  expect(
    nextHolder([hold("controller3", 900, 2000), hold("controller2", 700, 800), first], "a", "controller1"),
  ).toEqual({
    ...{ to: "controller2", ms: 700 },
  })
  expect(
    nextHolder([first, hold("controller1", 900, 1000), hold("controller2", 5, 9, "b")], "a", "controller1").to,
  ).toBe("controller1")
})
