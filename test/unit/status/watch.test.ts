import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { letGo } from "../../../src/drill/let-go.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { createWorld } from "../../../src/engine/world.ts"
import { createRepaint } from "../../../src/output/screen.ts"
import { observeTask } from "../../../src/status/observe.ts"
import { Watcher } from "../../../src/status/watch.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { LocalTransport } from "../engine/local-transport.ts"
import { HOSTS } from "../membership/cluster.ts"
import { SHELLS } from "../step-harness.ts"
import { INVENTORY, VIEWS } from "./support.ts"

describe("looking again and again", () => {
  test("keeps its connections", async () => {
    const { watcher, transports } = watching(async (name) => new LocalTransport(name))
    await watcher.look(30_000)
    await watcher.look(30_000)
    expect(transports.map(({ host }) => host)).toEqual(HOSTS.map(({ name }) => name))
    for (const transport of transports) expect((transport as LocalTransport).commands.length).toBe(2)
  })

  test("a host that hangs holds nobody up", async () => {
    const { watcher, world } = watching(async (name) =>
      name === "controller2" ? hanging(name) : new LocalTransport(name),
    )
    await watcher.look(3_000)
    expect(world.get("controller1")?.facts).toBeDefined()
    expect(world.get("controller3")?.facts).toBeDefined()
    expect(world.get("controller2")?.facts).toBeUndefined()
  })

  test("a connection that was lost is made again", async () => {
    let lost = 0
    const { watcher, world, transports } = watching(async (name) => {
      const transport = new LocalTransport(name)
      transport.before = () => {
        if (name === "controller2" && lost++ === 0) throw new HaopsError("E_CONNECT", "connection lost")
      }
      return transport
    })
    await watcher.look(30_000)
    expect(world.get("controller2")?.failure?.error.message).toBe("connection lost")
    await watcher.look(30_000)
    expect(world.get("controller2")?.failure).toBeUndefined()
    expect(transports.filter(({ host }) => host === "controller2").length).toBe(2)
  })

  test("two that look at one host share one connection, and none is left open", async () => {
    let ready = () => {}
    const answers = new Promise<void>((resolve) => {
      ready = resolve
    })
    const { watcher, context, transports } = watching(async (name) => {
      await answers
      return new LocalTransport(name)
    })
    const both = Promise.all([watcher.look(30_000), new Watcher(context, []).look(30_000)])
    ready()
    await both
    expect(transports.map(({ host }) => host)).toEqual(HOSTS.map(({ name }) => name))
  })

  test("a look that comes to nothing late leaves the connection alone that another has made since", async () => {
    let [hangs, fail] = [true, (_: Error) => {}]
    const closed: Transport[] = []
    const { watcher, context, world } = watching(async (name) => {
      const transport = new LocalTransport(name)
      if (name === "controller2" && hangs) {
        transport.exec = () => new Promise((_, reject) => (fail = reject))
        hangs = false
      }
      transport[Symbol.asyncDispose] = async () => void closed.push(transport)
      return transport
    })
    await watcher.look(100)
    const state = world.get("controller2")!
    const old = state.transport
    letGo(world, "controller2")
    await new Watcher(context, []).look(30_000)
    const made = state.transport
    expect(made).not.toBe(old)
    fail(new HaopsError("E_CONNECT", "connection lost"))
    await watcher.look(30_000)
    expect(state.transport).toBe(made)
    expect(closed).not.toContain(made)
  })

  test("an interrupt ends the wait at once", async () => {
    const stop = new AbortController()
    const { watcher } = watching(async (name) => hanging(name), stop.signal)
    const look = watcher.look(60_000)
    stop.abort()
    await look
  })
})

test.each(SHELLS)("the probe's script is one that %s can read", (shell) => {
  const { step, wants } = observeTask(VIEWS, { inventory: INVENTORY, hosts: INVENTORY.hosts, deep: true })
  const want = wants.get("controller1") as Record<string, string>
  expect(Object.keys(want).sort()).toEqual([
    "active",
    "addresses",
    "cib",
    "claims",
    "haproxy",
    "peers",
    "quorum",
    "reach",
  ])
  const { script } = step.probe(want)
  expect(spawnSync(shell, ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" })
})

describe("a screen that is drawn over itself", () => {
  const draw = (isTTY: boolean, rows = 5) => {
    let written = ""
    const stream = {
      isTTY,
      rows,
      columns: 20,
      write: (text: string) => (written += text),
    } as unknown as NodeJS.WriteStream
    const screen = createRepaint(stream)
    screen.draw("a title that is longer than the screen", "one\ntwo\n")
    screen.draw("title", "one\ntwo\nthree\nfour\nfive\n")
    screen.close()
    return written
  }

  test("stays within the terminal and gives the cursor back", () => {
    const [first = "", second = ""] = draw(true)
      .split("\u001b[?25l\u001b[2J")
      .at(-1)!
      .split(/(?<=\u001b\[J)/)
    expect(first).toBe("\u001b[Ha title that is lon…\u001b[K\none\u001b[K\ntwo\u001b[K\n\u001b[J")
    expect(second).toBe("\u001b[Htitle\u001b[K\none\u001b[K\ntwo\u001b[K\n… 3 more lines\u001b[K\n\u001b[J")
    expect(draw(true).endsWith("\u001b[?25h")).toBe(true)
  })

  test("elsewhere is one picture below the other, without a control character", () => {
    expect(draw(false)).not.toContain("\u001b")
    expect(draw(false)).toContain("five")
  })
})

function watching(connect: (name: string) => Promise<Transport>, abort = new AbortController().signal) {
  const transports: Transport[] = []
  const world = createWorld(HOSTS)
  const connector = {
    connect: async ({ name }: { name: string }) => {
      const transport = await connect(name)
      transports.push(transport)
      return transport
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const context = { world, connector, forks: 5, sink: () => {}, stop: abort, abort } satisfies RunContext
  return { watcher: new Watcher(context, []), context, world, transports }
}

function hanging(host: string): Transport {
  return { host, exec: () => new Promise(() => {}), [Symbol.asyncDispose]: async () => {} }
}
