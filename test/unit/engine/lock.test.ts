import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, expect, test } from "vitest"
import type { HaopsEvent } from "../../../src/base/events.ts"
import { type Lock, lockHosts, outliving } from "../../../src/engine/lock.ts"
import type { LiveHost } from "../../../src/engine/world.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
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
}

function lock({ user = "ada", stop = never, abort = never, patienceSeconds = 60 }: Attempt = {}): Promise<Lock> {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000 } as const
  const host = { name: "n1", group: "controllers", address: "127.0.0.1", links: ["127.0.0.1"], ssh } as const
  const live: LiveHost = { host, transport: new LocalTransport("n1"), facts: {} as HostFacts, answers: new Map() }
  const context = { sink: (event: HaopsEvent) => void said.push(event), stop, abort }
  return lockHosts([live], { ...owner, user }, context, { directory, patienceSeconds })
}

/** Begins a command that ends when `done` exists, and resolves once it runs. */
async function longCommand(): Promise<{ done: string; ended: Promise<unknown> }> {
  const [begun, done] = [join(directory, "begun"), join(directory, "done")]
  const argv = ["sh", "-c", `touch "$1"; until [ -e "$2" ]; do sleep 0.05; done`, "long", begun, done]
  const ended = outliving(new LocalTransport("n1"), directory).exec({ argv }, never)
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
  const { code } = await outliving(new LocalTransport("n1"), directory).exec({ argv }, never)
  expect(code).toBe(7)
  await using free = await lock({ patienceSeconds: 0 })
  expect(free.waited).toBe(false)
})
