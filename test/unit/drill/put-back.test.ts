import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { undoFault } from "../../../src/drill/put-back.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { HOSTS } from "../membership/cluster.ts"

test("a try that fails ends its own connection, and none that a look has made meanwhile", async () => {
  const world = createWorld(HOSTS)
  const state = world.get("controller2")!
  const closed: string[] = []
  const tried: string[] = []
  const transport = (name: string, exec: Transport["exec"]): Transport => ({
    host: state.host.name,
    exec: (...args) => {
      tried.push(name)
      return exec(...args)
    },
    [Symbol.asyncDispose]: async () => void closed.push(name),
  })
  const made = transport("made meanwhile", async () => ({ code: 0, stdout: "", stderr: "", ms: 1 }) as never)
  state.transport = transport("lost", async () => {
    state.transport = made
    throw new HaopsError("E_CONNECT", "connection lost")
  })
  const { signal } = new AbortController()
  const connector = { connect: () => expect.fail("there is one"), [Symbol.asyncDispose]: async () => {} }
  const context = { world, connector, forks: 5, sink: () => {}, stop: signal, abort: signal }
  const target = { node: "controller2" } as Parameters<typeof undoFault>[0]["target"]
  expect(await undoFault({ context, target })).toBe("lifted")
  expect(tried).toEqual(["lost", "made meanwhile"])
  expect(closed).toEqual(["lost"])
  expect(state.transport).toBe(made)
})
