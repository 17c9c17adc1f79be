import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import * as z from "zod"
import { deferred } from "../../../src/base/deferred.ts"
import { HaopsError } from "../../../src/base/errors.ts"
import type { HaopsEvent } from "../../../src/base/events.ts"
import { quote } from "../../../src/base/sh.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { converge } from "../../../src/engine/converge.ts"
import { connectAndLook } from "../../../src/engine/look.ts"
import type { Barrier, Task } from "../../../src/engine/task.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { Host } from "../../../src/model/inventory.ts"
import { defineClusterStep, defineJointStep, defineStep, type Step } from "../../../src/model/step.ts"
import { until } from "../../e2e/harness/until.ts"
import { LocalTransport } from "./local-transport.ts"

const NAMES = ["n1", "n2", "n3"]
let root: string
let transports: Map<string, LocalTransport>
let events: HaopsEvent[]
let stop: AbortController
let context: RunContext

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "haops-"))
  transports = new Map(NAMES.map((name) => [name, new LocalTransport(name)]))
  events = []
  stop = new AbortController()
  context = {
    world: createWorld(NAMES.map(host)),
    connector: {
      connect: async (host: Host) => transports.get(host.name) ?? unreachable(host.name),
      async [Symbol.asyncDispose]() {},
    },
    forks: 50,
    sink: (event) => events.push(event),
    stop: stop.signal,
    abort: new AbortController().signal,
  }
})

/** Wants a file to exist; `script` is what makes it. */
const fileStep = (script = (path: string) => `touch ${quote(path)}`) =>
  defineStep<string, boolean>({
    kind: "exists",
    summary: "a file exists",
    want: z.string(),
    title: () => "exists",
    probe: (path) => ({
      script: `if [ -e ${quote(path)} ]; then echo yes; else echo no; fi`,
      parse: ({ stdout }) => stdout === "yes\n",
    }),
    check: (path, have) => (have ? [] : [{ attribute: path, have: "absent", want: "present", risk: "none" }]),
    plan: (path) => [{ type: "run", argv: ["sh", "-c", script(path)] }],
  })

const clusterStep = (needs: "all" | "any") =>
  defineClusterStep<string, boolean>({
    kind: "founded",
    summary: "one founds for all",
    needs,
    want: z.string(),
    title: () => "founded",
    probe: (path) => fileStep().probe(path),
    elect: (_, have) => (have ? 1 : 0),
    check: (_, { elected }) => (elected.have ? [] : [ABSENT]),
    plan: (path) => [{ type: "run", argv: ["touch", path] }],
  })

const ABSENT = { attribute: "cluster", have: "absent", want: "there", risk: "none" } as const

describe("converge", () => {
  test("a run over hosts in sync is one command a host", async () => {
    for (const name of NAMES) writeFileSync(join(root, name), "")
    await go([barrier("s", fileStep())])
    expect([...transports.values()].map((transport) => transport.commands.length)).toEqual([1, 1, 1])
    expect(of("step-changed")).toEqual([])
  })

  test("drift is applied where it is, and nowhere else", async () => {
    writeFileSync(join(root, "n2"), "")
    await go([barrier("s", fileStep())])
    expect(NAMES.every((name) => existsSync(join(root, name)))).toBe(true)
    expect(new Set(of("step-changed").map((event) => "host" in event && event.host))).toEqual(new Set(["n1", "n3"]))
  })

  test("members that wait for each other are changed side by side, however few hosts may be worked on at a time", async () => {
    context.forks = 1
    const all = NAMES.map((name) => `[ -e ${quote(join(root, name))} ]`).join(" && ")
    const meets = `for _ in $(seq 100); do ${all} && exit; sleep 0.05; done; exit 5`
    await go([
      barrier(
        "s",
        fileStep((path) => `touch ${quote(path)}; ${meets}`),
      ),
    ])
    expect(of("step-failed")).toEqual([])
    expect(of("step-changed")).toHaveLength(NAMES.length)
  })

  test("a step that does not take is E_CONVERGENCE on that host, and the others go on", async () => {
    const lazyOnN1 = fileStep((path) => (path.endsWith("n1") ? "true" : `touch ${quote(path)}`))
    const second = barrier("t", fileStep(), (name) => join(root, `${name}.later`))
    await go([barrier("s", lazyOnN1), second])
    expect(context.world.get("n1")?.failure?.error.code).toBe("E_CONVERGENCE")
    expect(existsSync(join(root, "n1.later"))).toBe(false)
    expect(existsSync(join(root, "n2.later"))).toBe(true)
    // It is never told as done before it has been looked at.
    const told = events.filter(
      (event) => "stage" in event && event.stage === "s" && "host" in event && event.host === "n1",
    )
    expect(told.map(({ type }) => type)).toEqual(["step-drifted", "action-started", "action-finished", "step-failed"])
  })

  test("what was done on a host that fails by another step is told as not looked at again", async () => {
    const path = (name: string) => join(root, `${name}.second`)
    const [first] = barrier("s", fileStep(), undefined, ["n1"]).tasks
    const fails = barrier(
      "s",
      fileStep(() => "exit 5"),
      path,
      ["n1"],
    ).tasks[0]!
    await go([{ stage: "s", tasks: [first!, { ...fails, id: "s/second", title: "second" }] }])
    expect(of("step-changed")).toMatchObject([{ host: "n1", step: "exists", unseen: true }])
    expect(of("step-failed")).toMatchObject([{ host: "n1", step: "second", error: { code: "E_COMMAND" } }])
  })

  test("a later barrier is planned from facts read after the change before it", async () => {
    const makesBoth = fileStep((path) => `touch ${quote(path)} ${quote(`${path}.later`)}`)
    await go([barrier("s", makesBoth), barrier("t", fileStep(), (name) => join(root, `${name}.later`))])
    expect(of("step-changed").filter((event) => "stage" in event && event.stage === "t")).toEqual([])
  })

  test("after a change one look serves all that has nothing to do, the next stage too", async () => {
    for (const name of NAMES) for (const end of "bcde") writeFileSync(join(root, `${name}.${end}`), "")
    const stages = { a: "s", b: "s", c: "s", d: "s", e: "t" }
    await go(Object.entries(stages).map(([end, stage]) => barrier(stage, fileStep(), at(end))))
    // The first look; the change; all.
    expect(transports.get("n1")!.commands.length).toBe(3)
    expect(of("step-in-sync").length).toBe(4 * NAMES.length)
  })

  test("a look reaches to the next that has something to do, and a change is seen by all that come after it", async () => {
    for (const name of NAMES) writeFileSync(join(root, `${name}.b`), "")
    const makesLater = fileStep((path) => `touch ${quote(path)} ${quote(path.replace(".d", ".e"))}`)
    const steps = Object.entries({ a: fileStep(), b: fileStep(), c: fileStep(), d: makesLater, e: fileStep() })
    await go(steps.map(([end, step]) => barrier("s", step, at(end))))
    expect(of("step-changed").length).toBe(3 * NAMES.length)
    expect(of("step-in-sync").length).toBe(2 * NAMES.length)
    // The first look; three changes; a to c, c and d, d and e.
    expect(transports.get("n1")!.commands.length).toBe(7)
  })

  test("what had nothing to do, and has since something before it changed, is done in its turn", async () => {
    for (const name of NAMES) writeFileSync(join(root, `${name}.b`), "")
    const takesAway = fileStep((path) => `touch ${quote(path)}; rm ${quote(path.replace(".a", ".b"))}`)
    await go([barrier("s", takesAway, at("a")), barrier("s", fileStep(), at("b")), barrier("t", fileStep(), at("c"))])
    expect(of("step-changed").length).toBe(3 * NAMES.length)
    expect(NAMES.every((name) => existsSync(join(root, `${name}.b`)))).toBe(true)
  })

  test("what could not be asked before its turn is asked again in its turn", async () => {
    for (const name of NAMES) writeFileSync(join(root, `${name}.b`), "")
    let looks = 0
    const comesLate = {
      ...fileStep(),
      probe: (path: string) => {
        const early = path.endsWith("n1.b") && ++looks === 2
        return early ? { script: "exit 3", parse: () => false } : fileStep().probe(path)
      },
    }
    await go([barrier("s", fileStep(), at("a")), barrier("s", comesLate, at("b"))])
    expect(looks).toBe(3)
    expect([...context.world.values()].filter(({ failure }) => failure !== undefined)).toEqual([])
  })

  test("a probe that fails drops its host and is never taken for an answer", async () => {
    const broken = { ...fileStep(), probe: () => ({ script: "exit 3", parse: () => false }) }
    await go([barrier("s", broken)])
    expect([...context.world.values()].map((state) => state.failure?.error.code)).toEqual(Array(3).fill("E_PROBE"))
    expect(of("action-started")).toEqual([])
  })

  test("a command that fails takes its host out and names the step", async () => {
    await go([
      barrier(
        "s",
        fileStep((path) => (path.endsWith("n2") ? "exit 5" : `touch ${quote(path)}`)),
      ),
    ])
    expect(context.world.get("n2")?.failure?.error).toMatchObject({ code: "E_COMMAND", step: "exists", host: "n2" })
    expect(existsSync(join(root, "n3"))).toBe(true)
  })

  test("what a change has the cluster do is told as it is made; an answer that is not understood stops nothing", async () => {
    const foretelling = defineStep<string, boolean>({
      ...fileStep(),
      plan: (path) => [
        {
          type: "run",
          argv: ["sh", "-c", `touch ${quote(path)}; echo start vip`],
          transitions: (stdout) => {
            if (path.endsWith("n2")) throw new Error("not of this form")
            const [action = "", resource = ""] = stdout.trim().split(" ")
            return [{ resource, action }]
          },
        },
      ],
    })
    await go([barrier("s", foretelling, undefined, ["n1", "n2"])])
    const transitions = [{ resource: "vip", action: "start" }]
    expect(of("transitions")).toEqual([{ type: "transitions", stage: "s", host: "n1", transitions }])
    expect(of("message")).toMatchObject([{ level: "warning", text: expect.stringContaining("not of this form") }])
    expect(of("step-changed")).toHaveLength(2)
  })

  test("asked to stop, it begins nothing new and says what is half done", async () => {
    const two = defineStep<string, boolean>({
      ...fileStep(),
      plan: (path) => [
        { type: "run", argv: ["touch", `${path}.first`] },
        { type: "run", argv: ["touch", path] },
      ],
    })
    transports.get("n1")!.before = ({ argv }) => void (argv[0] === "touch" && stop.abort())
    const tasks = barrier("s", two, undefined, ["n1"])
    await expect(go([tasks])).rejects.toMatchObject({
      code: "E_CANCELED",
      message: expect.stringContaining("exists on n1 (1 of 2 actions done)"),
    })
    expect(existsSync(join(root, "n1"))).toBe(false)
    expect(existsSync(join(root, "n1.first"))).toBe(true)
  })

  test("asked to stop, it says nothing of a step that it had not begun, and that one done was not looked at", async () => {
    const [first] = barrier("s", fileStep(), undefined, ["n1"]).tasks
    const [second] = barrier("s", fileStep(), (name) => join(root, `${name}.second`), ["n1"]).tasks
    transports.get("n1")!.before = ({ argv }) => void (argv[1] === "-c" && stop.abort())
    const both = { stage: "s", tasks: [first!, { ...second!, id: "s/second", title: "second" }] }
    await expect(go([both])).rejects.toMatchObject({
      code: "E_CANCELED",
      message: "interrupted; nothing is half done",
    })
    expect([existsSync(join(root, "n1")), existsSync(join(root, "n1.second"))]).toEqual([true, false])
    expect(of("step-failed")).toEqual([])
    expect(of("step-changed")).toMatchObject([{ step: "exists", unseen: true }])
  })

  test("asked twice, it lets go of the command that runs, and says that it is half done", async () => {
    const abort = new AbortController()
    context = { ...context, abort: abort.signal }
    const waits = fileStep((path) => `touch ${path}.begun; until [ -e ${path}.never ]; do sleep 0.05; done`)
    const running = go([barrier("s", waits, undefined, ["n1"])])
    const told = expect(running).rejects.toMatchObject({
      code: "E_CANCELED",
      message: "interrupted; half done: exists on n1 (0 of 1 actions done)",
    })
    await until(async () => existsSync(join(root, "n1.begun")), { what: "the command to run", everyMs: 20 })
    stop.abort()
    abort.abort()
    await told
    writeFileSync(join(root, "n1.never"), "")
  })
})

describe("a step that one does for all", () => {
  const cluster = (needs: "all" | "any") => barrier("c", clusterStep(needs))

  test("is done by the first of the inventory where none has it", async () => {
    await go([cluster("all")])
    expect(NAMES.map((name) => existsSync(join(root, name)))).toEqual([true, false, false])
  })

  test("is not done again by a rebuilt first node: a member that has it is elected", async () => {
    writeFileSync(join(root, "n3"), "")
    await go([cluster("all")])
    expect(NAMES.map((name) => existsSync(join(root, name)))).toEqual([false, false, true])
  })

  test("is blocked by an unreachable member where it needs all", async () => {
    transports.delete("n2")
    await go([cluster("all")])
    expect(of("step-blocked")).toMatchObject([{ reason: expect.stringContaining("n2 is unreachable") }])
    expect(NAMES.some((name) => existsSync(join(root, name)))).toBe(false)
  })

  test("holds back what it would have made possible, and nothing else", async () => {
    transports.delete("n2")
    const founded = (name: string) => join(root, "cluster", name)
    const joined = { ...fileStep(), check: () => [{ ...ABSENT, expected: true }] }
    const more = barrier("s", fileStep(), (name) => join(root, name))
    await go([barrier("s", clusterStep("all"), founded), barrier("s", joined, founded), more])
    const held = of("step-blocked").slice(1)
    expect(held).toMatchObject(["n1", "n3"].map((host) => ({ host, reason: 'not before "founded"' })))
    expect(of("step-failed")).toEqual([])
    expect(of("step-changed")).toHaveLength(2)
  })

  test("on each by all of them is done without an unreachable member where that one is not needed, and only there", async () => {
    transports.delete("n2")
    const joint = defineJointStep<string, boolean>({
      kind: "joined",
      summary: "each joins",
      want: z.string(),
      title: () => "joined",
      probe: (path) => fileStep().probe(path),
      check: (_, { elected }) => (elected.have ? [] : [ABSENT]),
      plan: (path) => [{ type: "run", argv: ["touch", path] }],
      needsAll: (_, { elected }) => elected.host !== "n3",
    })
    await go([barrier("c", joint)])
    expect(of("step-blocked")).toMatchObject([{ host: "n1", reason: expect.stringContaining("n2 is unreachable") }])
    expect(NAMES.map((name) => existsSync(join(root, name)))).toEqual([false, false, true])
  })

  test("goes on without an unreachable member where one is enough", async () => {
    transports.delete("n1")
    await go([cluster("any")])
    expect(existsSync(join(root, "n2"))).toBe(true)
  })

  describe("whose plan went stale", () => {
    const STALE = 210
    const racing = (always: boolean) =>
      defineClusterStep<string, boolean>({
        ...clusterStep("all"),
        // Refuses while somebody else's file is there, and takes it away unless that keeps happening.
        plan: (path) => [
          {
            type: "run",
            argv: [
              "sh",
              "-c",
              `[ ! -e ${path}.race ] || { ${always ? ":" : `rm ${path}.race`}; exit ${STALE}; }; touch ${path}`,
            ],
            staleCode: STALE,
          },
        ],
      })

    beforeEach(() => writeFileSync(join(root, "n1.race"), ""))

    test("is planned again from fresh facts, and its host stays in the run", async () => {
      await go([barrier("c", racing(false))])
      expect(existsSync(join(root, "n1"))).toBe(true)
      expect(of("step-failed")).toEqual([])
      expect(of("message")).toHaveLength(1)
    })

    test("on one of two hosts is planned again, though the other is done later", async () => {
      const joint = defineJointStep<string, boolean>({
        kind: "founded",
        summary: "each founds",
        want: z.string(),
        title: () => "founded",
        probe: (path) => fileStep().probe(path),
        check: (_, { elected }) => (elected.have ? [] : [ABSENT]),
        plan: (path) => {
          const script = path.endsWith("n1") ? `[ ! -e ${path}.race ] || { rm ${path}.race; exit ${STALE}; }; ` : ""
          return [{ type: "run", argv: ["sh", "-c", `${script}touch ${path}`], staleCode: STALE }]
        },
      })
      // n2 is done when n1 has been told that its plan is stale, and later.
      const stale = deferred<void>()
      const [n1, n2] = ["n1", "n2"].map((name) => transports.get(name)!)
      const [first, second] = [n1!.exec.bind(n1), n2!.exec.bind(n2)]
      n1!.exec = async (command, signal) => {
        const result = await first(command, signal)
        if (result.code === STALE) stale.resolve()
        return result
      }
      n2!.exec = async (command, signal) => {
        if (command.argv[1] === "-c") await stale.promise
        return await second(command, signal)
      }
      await go([barrier("c", joint, undefined, ["n1", "n2"])])
      expect(["n1", "n2"].map((name) => existsSync(join(root, name)))).toEqual([true, true])
      expect(of("step-failed")).toEqual([])
      expect(of("message")).toMatchObject([{ text: expect.stringContaining("founded on n1") }])
    })

    test("is given up with E_STALE where it keeps going stale", async () => {
      await expect(go([barrier("c", racing(true))])).rejects.toMatchObject({ code: "E_STALE", host: "n1" })
      expect(existsSync(join(root, "n1"))).toBe(false)
    })
  })

  test("ends the run when it fails", async () => {
    transports.get("n1")!.before = ({ argv }) => {
      if (argv[0] === "touch") throw new HaopsError("E_COMMAND", "touch failed")
    }
    const later = barrier("t", fileStep(), (name) => join(root, `${name}.later`))
    await expect(go([cluster("all"), later])).rejects.toMatchObject({ code: "E_COMMAND", step: "founded" })
    expect(existsSync(join(root, "n2.later"))).toBe(false)
  })
})

function at(end: string): (name: string) => string {
  return (name) => join(root, `${name}.${end}`)
}

async function go(barriers: readonly Barrier[]): Promise<void> {
  await connectAndLook(
    context,
    barriers.flatMap((one) => one.tasks),
  )
  await converge(context, barriers)
}

function barrier(stage: string, step: Step, path = (name: string) => join(root, name), names = NAMES): Barrier {
  const wants = new Map(names.map((name) => [name, path(name)]))
  const task: Task = {
    id: `${stage}/${step.kind}#${path("")}`,
    stage,
    step,
    title: step.kind === "exists" ? "exists" : "founded",
    wants,
  }
  return { stage, tasks: [task] }
}

function of(type: HaopsEvent["type"]): HaopsEvent[] {
  return events.filter((event) => event.type === type)
}

function host(name: string): Host {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000 } as const
  return { name, group: "controllers", address: "127.0.0.1", links: ["127.0.0.1"], ssh }
}

function unreachable(name: string): never {
  throw new HaopsError("E_CONNECT", `${name} does not answer`)
}
