import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { connectAndLook } from "../../../src/engine/look.ts"
import { createWorld } from "../../../src/engine/world.ts"
import { host } from "../step-harness.ts"
import { LocalTransport } from "./local-transport.ts"

test("a host that is connected to already is looked at again, and one that could not be is left", async () => {
  const connected: string[] = []
  const events: string[] = []
  const never = new AbortController().signal
  const context: RunContext = {
    world: createWorld([host("c1", "10.0.0.1"), host("c2", "10.0.0.2")]),
    connector: {
      async connect({ name }) {
        connected.push(name)
        if (name === "c2") throw new HaopsError("E_CONNECT", "no route to c2")
        return new LocalTransport(name)
      },
      async [Symbol.asyncDispose]() {},
    },
    forks: 2,
    sink: ({ type }) => void events.push(type),
    stop: never,
    abort: never,
  }
  await connectAndLook(context, [])
  const first = context.world.get("c1")?.facts
  await connectAndLook(context, [])
  expect(connected.sort()).toEqual(["c1", "c2"])
  expect(events.sort()).toEqual(["facts", "facts", "host-connected", "host-unreachable"])
  expect(context.world.get("c1")?.facts).not.toBe(first)
})
