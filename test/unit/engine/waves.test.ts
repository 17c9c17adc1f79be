import { existsSync, mkdtempSync, renameSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import * as z from "zod"
import { quote } from "../../../src/base/sh.ts"
import { assess } from "../../../src/engine/assess.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { converge } from "../../../src/engine/converge.ts"
import { connectAndLook } from "../../../src/engine/look.ts"
import type { Task } from "../../../src/engine/task.ts"
import { orderNotes } from "../../../src/engine/waves.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { Group, Host } from "../../../src/model/inventory.ts"
import { defineJointStep, defineStep, type Step } from "../../../src/model/step.ts"
import { LocalTransport } from "./local-transport.ts"

const GROUPS: Readonly<Record<string, Group>> = {
  c1: "controllers",
  c2: "controllers",
  lb1: "loadbalancers",
  lb2: "loadbalancers",
}
const NAMES = Object.keys(GROUPS)
let root: string
let context: RunContext
let started: string[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "haops-"))
  started = []
  context = {
    world: createWorld(NAMES.map(host)),
    connector: {
      connect: async ({ name }: Host) => new LocalTransport(name),
      async [Symbol.asyncDispose]() {},
    },
    forks: 50,
    sink: (event) => event.type === "action-started" && started.push(event.host),
    stop: new AbortController().signal,
    abort: new AbortController().signal,
  }
})

describe("hosts that carry a VIP", () => {
  test("are changed after the others, one by one", async () => {
    carrying("c1", "lb1")
    await go()
    expect(new Set(started.slice(0, 2))).toEqual(new Set(["c2", "lb2"]))
    expect(started.slice(2)).toEqual(["c1", "lb1"])
  })

  test("are changed only once what was done to the others is verified", async () => {
    carrying("lb1")
    await go((path) => `touch ${quote(path)}; [ ! -e ${quote(join(root, "lb1"))} ]`)
    expect(failures()).toEqual({ lb1: "E_COMMAND" })
    expect(existsSync(join(root, "lb2"))).toBe(true)
  })

  test("are left alone where one of their group failed before, and only of their group", async () => {
    carrying("lb1", "c1")
    await go((path) => (path.endsWith("lb2") ? "exit 5" : `touch ${quote(path)}`))
    expect(existsSync(join(root, "lb1"))).toBe(false)
    expect(existsSync(join(root, "c1"))).toBe(true)
    expect(failures()).toEqual({ lb1: "E_REFUSED", lb2: "E_COMMAND" })
  })

  test("are left alone where a change before them did not take", async () => {
    carrying("lb1")
    await go((path) => (path.endsWith("lb2") ? "true" : `touch ${quote(path)}`))
    expect(existsSync(join(root, "lb1"))).toBe(false)
    expect(failures()).toEqual({ lb1: "E_REFUSED", lb2: "E_CONVERGENCE" })
  })

  test("need not wait where they alone are changed", async () => {
    carrying("lb1")
    for (const name of ["c1", "c2", "lb2"]) writeFileSync(join(root, name), "")
    await go()
    expect(started).toEqual(["lb1"])
  })

  test("are named in the plan as the last", async () => {
    carrying("lb1", "c1")
    writeFileSync(join(root, "c1"), "")
    const tasks = await look()
    expect(orderNotes(tasks.flatMap((task) => assess(task, context.world)))).toEqual([
      "Changed after the others, one by one, since a VIP is there: lb1",
    ])
  })

  test("or serve clients in another way, which is what is told of them", async () => {
    carrying("lb1")
    const other = (script: Script): Step => ({ ...step(script), serving: "may serve clients" }) as Step
    const tasks = await look(undefined, other)
    expect(orderNotes(tasks.flatMap((task) => assess(task, context.world)))).toEqual([
      "Changed after the others, one by one, since clients may be served there: lb1",
    ])
    await go((path) => (path.endsWith("lb2") ? "exit 5" : `touch ${quote(path)}`), other)
    expect(context.world.get("lb1")?.failure?.error.message).toBe(
      "lb2 failed; lb1, which may serve clients, is left alone",
    )
  })

  test("are those that carry one when a question is answered, not when it was asked", async () => {
    carrying("lb1")
    const tasks = await look()
    let asked = 0
    await converge(context, [{ stage: "s", tasks }], async () => {
      if (++asked > 1) return false
      renameSync(join(root, "lb1.vip"), join(root, "lb2.vip"))
      return true
    })
    expect(started.at(-1)).toBe("lb2")
  })

  test("are planned from what is true when their turn comes", async () => {
    carrying("lb1")
    await go((path) => `touch ${quote(path)} ${quote(join(root, "lb1"))}`)
    expect(started).not.toContain("lb1")
  })
})

describe("a step that the hosts do together, one by one", () => {
  const joint = (script: Script) => {
    const { kind, summary, want, title, probe, check } = step(script)
    return defineJointStep<string, { there: boolean; carries: boolean }>({
      ...{ kind, summary, want: want!, title, probe },
      check: (path, { elected }) => check(path, elected.have, elected.facts),
      plan: (path) => [{ type: "run", argv: ["sh", "-c", script(path)] }],
      mustWait: (_path, { elected, all }) => {
        const ahead = all.filter(({ host, have }) => host !== elected.host && have.carries && !have.there)
        return ahead.length === 0 ? undefined : `${ahead.map(({ host }) => host).join(", ")} first`
      },
    })
  }

  test("takes a turn for each, planned from what the others say then; who holds the others goes first", async () => {
    carrying("lb2")
    await go(undefined, joint)
    expect(started).toEqual(["lb2", ...NAMES.filter((name) => name !== "lb2")])
  })

  test("takes the turns that the step gives, the last one held until then", async () => {
    carrying("lb1", "c2")
    const turns = (script: Script) => {
      const base = joint(script)
      const isLast = (host: string) => host === "c2"
      return {
        ...base,
        turn: (_path: string, { elected }: Parameters<NonNullable<typeof base.mustWait>>[1]) =>
          isLast(elected.host) ? 2 : elected.have.carries ? 0 : 1,
        mustWait: (_path: string, { elected, all }: Parameters<NonNullable<typeof base.mustWait>>[1]) =>
          isLast(elected.host) && all.some(({ host, have }) => !isLast(host) && !have.there)
            ? "the others first"
            : undefined,
      }
    }
    await go(undefined, turns)
    expect(started).toEqual(["lb1", ...NAMES.filter((name) => name !== "lb1" && name !== "c2"), "c2"])
  })

  test("ends the run where one fails", async () => {
    await expect(
      go((path) => (path.endsWith(NAMES[1]!) ? "exit 5" : `touch ${quote(path)}`), joint),
    ).rejects.toMatchObject({
      code: "E_COMMAND",
      host: NAMES[1],
    })
    expect(started).toEqual(NAMES.slice(0, 2))
  })

  test("ends the run where it is nobody's turn", async () => {
    carrying("c1", "c2")
    await expect(go(undefined, joint)).rejects.toMatchObject({
      code: "E_REFUSED",
      message: expect.stringContaining("first"),
    })
    expect(started).toEqual([])
  })
})

type Script = (path: string) => string

/** Wants a file to exist; a host that carries has another one beside it. */
function step(script: Script) {
  return defineStep<string, { there: boolean; carries: boolean }>({
    kind: "exists",
    summary: "a file exists",
    want: z.string(),
    title: () => "exists",
    probe: (path) => ({
      script: `[ ! -e ${quote(path)} ] || echo there; [ ! -e ${quote(path)}.vip ] || echo carries`,
      parse: ({ stdout }) => ({ there: stdout.includes("there"), carries: stdout.includes("carries") }),
    }),
    check: (path, { there }) => (there ? [] : [{ attribute: path, have: "absent", want: "present", risk: "reload" }]),
    plan: (path) => [{ type: "run", argv: ["sh", "-c", script(path)] }],
    servesClients: (_path, { carries }) => carries,
  })
}

function carrying(...names: string[]): void {
  for (const name of names) writeFileSync(join(root, `${name}.vip`), "")
}

async function go(script?: Script, make: (script: Script) => Step = step): Promise<void> {
  const tasks = await look(script, make)
  await converge(context, [{ stage: "s", tasks }])
}

async function look(
  script: Script = (path) => `touch ${quote(path)}`,
  make: (script: Script) => Step = step,
): Promise<readonly Task[]> {
  const wants = new Map(NAMES.map((name) => [name, join(root, name)]))
  const tasks = [{ id: "s/exists", stage: "s", step: make(script), title: "exists", wants }]
  await connectAndLook(context, tasks)
  return tasks
}

function failures(): Record<string, string | undefined> {
  const failed = [...context.world.values()].filter((state) => state.failure !== undefined)
  return Object.fromEntries(failed.map((state) => [state.host.name, state.failure?.error.code]))
}

function host(name: string): Host {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000 } as const
  return { name, group: GROUPS[name]!, address: "127.0.0.1", links: ["127.0.0.1"], ssh }
}
