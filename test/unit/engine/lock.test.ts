import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, expect, test } from "vitest"
import { deferred } from "../../../src/base/deferred.ts"
import type { HaopsEvent } from "../../../src/base/events.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { type Lock, lockHosts, whileLocked } from "../../../src/engine/lock.ts"
import { owned } from "../../../src/engine/owned.ts"
import type { LiveHost } from "../../../src/engine/world.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { until } from "../../e2e/harness/until.ts"
import { LocalTransport } from "./local-transport.ts"

const owner = { runId: "1", user: "ada", host: "jump", pid: 42, verb: "up", since: "2026-01-01T00:00:00Z" }
const never = new AbortController().signal

let directory: string
let said: HaopsEvent[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
  said = []
})

interface Attempt {
  user?: string
  stop?: AbortSignal
  abort?: AbortSignal
  patienceSeconds?: number
  transports?: readonly Transport[]
}

function lock(attempt: Attempt = {}): Promise<Lock> {
  const { user = "ada", stop = never, abort = never, patienceSeconds = 60 } = attempt
  const { transports = [new LocalTransport("n1")] } = attempt
  const context = { sink: (event: HaopsEvent) => void said.push(event), stop, abort }
  return lockHosts(transports.map(live), { ...owner, user }, context, { directory, patienceSeconds })
}

function live(transport: Transport): LiveHost {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000 } as const
  const host = { name: transport.host, group: "controllers", address: "127.0.0.1", links: ["127.0.0.1"], ssh } as const
  return { host, transport, facts: {} as HostFacts, answers: new Map() }
}

/** Runs commands of a run that is known on the host by a word of its own, without its lock: as one does that has died. */
function orphan(): Transport {
  writeFileSync(join(directory, "run"), "word\n")
  const lose = () => new Error("the word is another run's")
  return owned(new LocalTransport("n1"), { directory, token: "word" }, lose)
}

/** The lock of a run whose heartbeat ends when it is told to. `freed` resolves when the host has freed the lock; the run hears of it if it `listens`. */
async function sleeper({ listens }: { listens: boolean }): Promise<{ held: Lock; freed(): Promise<void> }> {
  const asleep = deferred<void>()
  const gone = deferred<void>()
  const local = new LocalTransport("n1")
  async function* silence(): AsyncGenerator<string> {
    yield "beat\n"
    await asleep.promise
  }
  const transport: Transport = {
    host: "n1",
    async exec(command, signal) {
      const result = await local.exec({ ...command, stdin: silence() }, signal)
      gone.resolve()
      return listens ? result : await new Promise<never>(() => {})
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const held = await lock({ transports: [transport] })
  const freed = async () => {
    asleep.resolve()
    await gone.promise
  }
  return { held, freed }
}

function contextOf(): RunContext {
  const connector = { connect: () => Promise.reject(new Error("no connection is made here")) }
  const sink = (event: HaopsEvent) => void said.push(event)
  return {
    world: new Map(),
    connector: connector as unknown as RunContext["connector"],
    forks: 1,
    sink,
    stop: never,
    abort: never,
  }
}

/** Begins a command that ends when `done` exists, and resolves once it runs. */
async function longCommand(): Promise<{ done: string; ended: Promise<unknown> }> {
  const [begun, done] = [join(directory, "begun"), join(directory, "done")]
  const argv = ["sh", "-c", `touch "$1"; until [ -e "$2" ]; do sleep 0.05; done`, "long", begun, done]
  const ended = orphan().exec({ argv }, never)
  await until(async () => existsSync(begun), { what: "the command to run", everyMs: 20 })
  return { done, ended }
}

test("a second run is refused and told who the first is, and the lock is free afterwards", async () => {
  const first = await lock()
  await expect(lock({ user: "bob" })).rejects.toMatchObject({
    code: "E_LOCKED",
    message: expect.stringContaining("ada@jump (process 42) since 2026-01-01"),
  })
  await first[Symbol.asyncDispose]()
  await using again = await lock()
  expect(again.waited).toBe(false)
})

test("the lock goes with the connection of a run that was killed", async () => {
  const killed = new AbortController()
  await lock({ abort: killed.signal })
  killed.abort()
  await using again = await lock()
  expect(again.waited).toBe(false)
})

test("a command that outlived its run is named and waited for", async () => {
  const { done, ended } = await longCommand()
  let locked = false
  const next = lock().finally(() => {
    locked = true
  })
  await until(async () => said.length > 0, { what: "word of it" })
  expect(said).toMatchObject([{ type: "message", text: expect.stringMatching(/n1 is busy with process \d+ \(sh -c/) }])
  expect(locked).toBe(false)
  writeFileSync(done, "")
  await ended
  await using second = await next
  expect(second.waited).toBe(true)
})

test("one that does not end is told, and the lock is free for the next", async () => {
  const { done, ended } = await longCommand()
  await expect(lock({ patienceSeconds: 0 })).rejects.toMatchObject({
    code: "E_LOCKED",
    message: expect.stringMatching(/n1 still works for a run that has ended: process \d+ \(sh -c/),
  })
  writeFileSync(done, "")
  await ended
  await using again = await lock()
  expect(again.waited).toBe(false)
})

test("Ctrl-C ends the waiting, and leaves no lock", async () => {
  const { done, ended } = await longCommand()
  const stop = new AbortController()
  const waiting = lock({ stop: stop.signal })
  await until(async () => said.length > 0, { what: "word of it" })
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ code: "E_CANCELED" })
  writeFileSync(done, "")
  await ended
  await using again = await lock()
  expect(again.waited).toBe(false)
})

test("what a command leaves in the background is not waited for, and its exit code is its own", async () => {
  const argv = ["sh", "-c", "sleep 20 >/dev/null 2>&1 & exit 7"]
  const { code } = await orphan().exec({ argv }, never)
  expect(code).toBe(7)
  await using free = await lock({ patienceSeconds: 0 })
  expect(free.waited).toBe(false)
})

test("a run whose lock is freed by the host is aborted at once, and says why", async () => {
  const { held, freed } = await sleeper({ listens: true })
  const working = whileLocked(held, contextOf(), ({ abort, stop }) => {
    const { promise, resolve } = deferred<void>()
    abort.addEventListener("abort", () => stop.aborted && resolve())
    return promise
  })
  const told = expect(working).rejects.toMatchObject({
    code: "E_LOCKED",
    host: "n1",
    message: expect.stringContaining("lock on n1 is no longer"),
  })
  await freed()
  await told
  await using again = await lock()
  expect(again.lost.aborted).toBe(false)
})

test("a run that has not heard yet that another took the lock over begins no command, and is aborted by the refusal", async () => {
  const { held, freed } = await sleeper({ listens: false })
  const local = new LocalTransport("n1")
  const change = { argv: ["sh", "-c", `cat >>"$1"`, "change", join(directory, "changed")], stdin: "x" }
  expect((await held.forChanges(local).exec(change, never)).code).toBe(0)
  await freed()
  await using second = await lock({ user: "bob" })
  await expect(held.forChanges(local).exec(change, never)).rejects.toMatchObject({ code: "E_LOCKED", host: "n1" })
  expect(held.lost.aborted).toBe(true)
  expect(readFileSync(join(directory, "changed"), "utf8")).toBe("x")
  expect(local.commands).toHaveLength(2)
  expect((await second.forChanges(local).exec(change, never)).code).toBe(0)
  expect(second.lost.aborted).toBe(false)
})

test("a lock that is given back is not lost, and work under it is told by its own error", async () => {
  const held = await lock()
  const fail = () => Promise.reject(new Error("its own"))
  await expect(whileLocked(held, contextOf(), fail)).rejects.toThrow("its own")
  await held[Symbol.asyncDispose]()
  expect(held.lost.aborted).toBe(false)
})

test("the second Ctrl-C ends the lock's process, and the lock is not told as lost", async () => {
  const twice = new AbortController()
  const held = await lock({ abort: twice.signal })
  twice.abort()
  await held[Symbol.asyncDispose]()
  expect(held.lost.aborted).toBe(false)
})

test("commands on a host that the run has not locked are left as they are", async () => {
  await using held = await lock()
  const other = new LocalTransport("n2")
  expect(held.forChanges(other)).toBe(other)
})

test("where one of several hosts is locked by another run, those had by then are freed", async () => {
  // Both are this machine, so that the second finds the lock of the first.
  const transports = [new LocalTransport("n2"), new LocalTransport("n1")]
  await expect(lock({ transports })).rejects.toMatchObject({ code: "E_LOCKED", host: "n2" })
  await using again = await lock({ patienceSeconds: 0 })
  expect(again.waited).toBe(false)
})
