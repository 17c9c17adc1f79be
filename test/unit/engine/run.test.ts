import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import * as z from "zod"
import type { HaopsEvent, Risk } from "../../../src/base/events.ts"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { quote } from "../../../src/base/sh.ts"
import type { News } from "../../../src/engine/costs.ts"
import { type RunRequest, type RunResult, run } from "../../../src/engine/run.ts"
import type { Barrier } from "../../../src/engine/task.ts"
import { createWorld } from "../../../src/engine/world.ts"
import { defineClusterStep, defineStep } from "../../../src/model/step.ts"
import type { Command } from "../../../src/transport/transport.ts"
import { host, inventory } from "../step-harness.ts"
import { LocalTransport } from "./local-transport.ts"

// What is true under the lock, and before each barrier, is what counts: not what was true when the operator was asked.

let root: string
let events: HaopsEvent[]
let asked: (News | undefined)[]
let answers: (news: News | undefined) => boolean
let request: RunRequest
/** An earlier run's command is still at work when the lock is taken. */
let busy: boolean

/** Keeps what a run leaves on a host within the test's directory. */
class Node extends LocalTransport {
  override async exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
    if (command.argv.some((word) => String(word).includes("logger"))) return NOTHING_SAID
    if (busy && command.argv.includes("haops-lock")) command.onStdout?.("busy with process 1\n")
    const argv = command.argv.map((word) => String(word).replaceAll("/run/haops", join(root, "run", this.host)))
    return await super.exec({ ...command, argv }, signal)
  }
}

const NOTHING_SAID: ExecResult = { code: 0, signal: undefined, stdout: "", stderr: "", durationMs: 1 }

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "haops-run-"))
  events = []
  asked = []
  answers = () => true
  busy = false
  const n1 = host("n1", "127.0.0.1")
  const never = new AbortController().signal
  request = {
    context: {
      world: createWorld([n1]),
      connector: { connect: async () => new Node("n1"), async [Symbol.asyncDispose]() {} },
      forks: 5,
      sink: (event) => events.push(event),
      stop: never,
      abort: never,
    },
    inventory: inventory([n1]),
    barriers: [],
    owner: { runId: "r", user: "u", host: "h", pid: 1, verb: "up", since: "now" },
    startedAt: Date.now(),
    async confirm(_plan, news) {
      asked.push(news)
      return answers(news)
    },
  }
})
afterEach(() => rmSync(root, { recursive: true }))

interface Have {
  done: boolean
  conflict: boolean
  risk: Risk
}

/** Wants a file. One `conflict` stands against all, `NAME.risk` says that it costs a failover now. `makes`: what its change brings about. */
function barrier(name: string, makes: readonly string[] = []): Barrier {
  const path = (file: string) => join(root, file)
  const is = (file: string) => `[ -e ${quote(path(file))} ] && echo yes || echo no`
  const step = defineClusterStep<string, Have>({
    kind: `makes-${name}`,
    summary: "a file for all",
    needs: "all",
    want: z.string(),
    title: () => name,
    probe: () => ({
      script: `${is(name)}; ${is("conflict")}; ${is(`${name}.risk`)}`,
      parse: ({ stdout }) => {
        const [done, conflict, risky] = stdout.split("\n").map((line) => line === "yes")
        return { done: done!, conflict: conflict!, risk: risky ? "failover" : "none" }
      },
    }),
    check: (_, { elected: { have } }) =>
      have.done ? [] : [{ attribute: name, have: "absent", want: "there", risk: have.risk }],
    findings: (_, { elected: { have } }) =>
      have.conflict ? [{ severity: "error", message: "somebody else refers to it" }] : [],
    plan: () => [{ type: "run", argv: ["touch", ...[name, ...makes].map(path)] }],
    simulate: () => ({
      script: `${is("moves")}`,
      parse: ({ stdout }) => ({
        transitions: stdout === "yes\n" ? [{ resource: "vip", action: "move", node: "n2", from: "n1" }] : [],
        notes: [],
      }),
    }),
  })
  const task = { id: name, stage: name, step, title: name, wants: new Map([["n1", "x"]]) }
  return { stage: name, tasks: [task] }
}

function there(file: string): boolean {
  return existsSync(join(root, file))
}

function make(file: string): void {
  writeFileSync(join(root, file), "")
}

async function go(...barriers: readonly Barrier[]): Promise<RunResult> {
  for (const name of ["n1", "n2"]) mkdirSync(join(root, "run", name), { recursive: true })
  return await run({ ...request, barriers })
}

test("what was agreed to is asked about once and done", async () => {
  expect(await go(barrier("a"), barrier("b"))).toMatchObject({ outcome: "done", changed: true })
  expect(asked).toEqual([undefined])
  expect([there("a"), there("b")]).toEqual([true, true])
})

test("a probe that fails where all else is in sync is told, and never passes for nothing to do", async () => {
  make("a")
  const broken = barrier("b")
  const [task] = broken.tasks
  const step = { ...task!.step, probe: () => ({ script: "exit 3", parse: () => undefined }) }
  const result = await go(barrier("a"), { ...broken, tasks: [{ ...task!, step }] })
  expect(result).toMatchObject({ outcome: "failed", error: { code: "E_PROBE" } })
  expect(events.filter((event) => event.type === "step-in-sync" && event.step === "b")).toEqual([])
})

test("what acts for all is blocked by name where --limit leaves members out: nothing is asked, nothing done, and it is not done for", async () => {
  make("b.risk")
  const one = barrier("b")
  const limited = { ...one, tasks: one.tasks.map((task) => ({ ...task, leftOut: ["n2", "n3"] })) }
  const agreed: string[] = []
  request.confirm = async ({ risk }) => void agreed.push(risk) === undefined
  const result = await go(limited)
  expect(result).toMatchObject({ outcome: "partial", plan: { risk: "none" } })
  expect(result.error).toBeUndefined()
  const reason = "n2 and n3 are left out by --limit: this needs every member"
  expect(events).toContainEqual(expect.objectContaining({ type: "step-blocked", step: "b", reason }))
  expect([there("b"), agreed]).toEqual([false, ["none"]])
})

describe("under the lock", () => {
  /** Happens while the operator thinks about the question. */
  const meanwhile = (file: string) => {
    answers = (news) => {
      if (news === undefined) make(file)
      return news === undefined
    }
  }

  test("a refusal that was none before ends the run, and nothing was touched", async () => {
    meanwhile("conflict")
    const result = await go(barrier("a"))
    expect(result).toMatchObject({ outcome: "failed", changed: false, error: { code: "E_REFUSED", step: "a" } })
    expect(events).toContainEqual(expect.objectContaining({ type: "finding", host: "n1", step: "a" }))
    expect(there("a")).toBe(false)
  })

  test("a risk that has grown is asked about anew", async () => {
    meanwhile("a.risk")
    const result = await go(barrier("a"))
    expect(asked[1]?.costs).toMatchObject([{ text: "a would cause a failover (n1): a" }])
    expect(result).toMatchObject({ changed: false, error: { code: "E_CANCELED", message: /nothing was touched/ } })
    expect(there("a")).toBe(false)
  })

  test.each([
    ["about a risk that has grown", () => meanwhile("a.risk")],
    [
      "once more, since an earlier run's command was waited for",
      () => {
        busy = true
      },
    ],
  ])("what a colleague has done while the operator is asked %s is not done again", async (_, given) => {
    given()
    const first = answers
    answers = (news) => {
      if (asked.length === 1) return first(news)
      make("a")
      return true
    }
    expect(await go(barrier("a"))).toMatchObject({ outcome: "done" })
    expect(asked).toHaveLength(2)
    expect(events.map(({ type }) => type)).toContain("step-in-sync")
    expect(events.map(({ type }) => type)).not.toContain("action-started")
  })

  test("a resource that would move is asked about anew", async () => {
    meanwhile("moves")
    await go(barrier("a"))
    expect(asked[1]?.costs).toMatchObject([{ text: "the cluster would move vip (n1 → n2)" }])
    expect(there("a")).toBe(false)
  })

  test("what must not be done is not, though it has become so since it was agreed to, and nothing was touched", async () => {
    request.forbid = ({ plan }) => {
      if (plan.risk === "failover") throw new Error("not that")
    }
    meanwhile("a.risk")
    const result = await go(barrier("a"))
    expect(result).toMatchObject({ changed: false, error: { message: expect.stringContaining("not that") } })
    expect([there("a"), asked.length]).toEqual([false, 1])
  })

  test("what was saved must still hold, and nobody is told that it was agreed to where it does not", async () => {
    let agreed = 0
    request.onStage = async () => void agreed++
    request.require = async ({ plan }) => {
      if (plan.risk !== "none") throw new Error("another plan")
    }
    meanwhile("a.risk")
    const result = await go(barrier("a"))
    expect(result).toMatchObject({ changed: false, error: { message: expect.stringContaining("another plan") } })
    expect([agreed, there("a")]).toEqual([0, false])
  })
})

describe("before each barrier", () => {
  test("a refusal that the run itself has made knowable ends it", async () => {
    const result = await go(barrier("a", ["conflict"]), barrier("b"))
    expect(result).toMatchObject({ changed: true, error: { code: "E_REFUSED", step: "b" } })
    expect([there("a"), there("b")]).toEqual([true, false])
  })

  test("what must not be done is not, though it has become so by the run itself", async () => {
    request.forbid = ({ plan }) => {
      if (plan.risk === "failover" && plan.stages.every(({ stage }) => stage === "b")) throw new Error("not that")
    }
    const result = await go(barrier("a", ["b.risk"]), barrier("b"))
    expect(result).toMatchObject({ changed: true, error: { message: expect.stringContaining("not that") } })
    expect([there("a"), there("b")]).toEqual([true, false])
    expect(asked).toHaveLength(1)
  })

  test("a risk that has grown is asked about, and what is done before it stays", async () => {
    answers = (news) => news === undefined
    const result = await go(barrier("a", ["b.risk"]), barrier("b"))
    expect(asked[1]).toMatchObject({ costs: [{ kind: "failover by makes-b" }], strange: [{}] })
    expect(result.error).toMatchObject({ code: "E_CANCELED", message: "not confirmed; what was done before stays" })
    expect([there("a"), there("b")]).toEqual([true, false])
  })

  test.each([
    ["done by a colleague while the operator is asked is not done again", "b", { outcome: "done" }, ["step-in-sync"]],
    [
      "that a colleague made impossible while the operator is asked is not done",
      "conflict",
      { outcome: "failed", error: { code: "E_REFUSED", step: "b" } },
      [],
    ],
  ])("what is %s", async (_, file, expected, told) => {
    answers = (news) => void (news !== undefined && make(file)) === undefined
    expect(await go(barrier("a", ["b.risk"]), barrier("b"))).toMatchObject(expected)
    expect(asked).toHaveLength(2)
    const ofB = events.filter((event) => "step" in event && event.step === "b" && event.type !== "finding")
    expect(ofB.map(({ type }) => type)).toEqual(told)
  })

  test("whoever waits for a stage is told before anything of it is done, and of none that is not reached", async () => {
    const seen: [string, boolean][] = []
    request.onStage = async (stage) => void seen.push([stage, there(stage)])
    await go(barrier("a", ["conflict"]), barrier("b"), barrier("c"))
    expect(seen[0]).toEqual(["a", false])
    expect(seen.map(([stage]) => stage)).not.toContain("b")
  })

  test("what was agreed to meanwhile is not asked about again", async () => {
    const result = await go(barrier("a", ["b.risk", "moves"]), barrier("b"), barrier("c"))
    expect(result.outcome).toBe("done")
    expect(asked).toHaveLength(2)
    expect(asked[1]?.costs).toHaveLength(2)
    expect(there("c")).toBe(true)
  })
})

describe("two hosts, of which one fails", () => {
  /** A file on each, of which n2 cannot be asked, or which it cannot make. */
  function each(name: string, fails?: "probe" | "change"): Barrier {
    const files = { n1: join(root, `${name}.n1`), n2: join(root, `${name}.n2`) }
    const step = defineStep<string, boolean>({
      kind: `each-${name}`,
      summary: "a file on each",
      want: z.string(),
      title: () => name,
      probe: (path) => ({
        script: fails === "probe" && path === files.n2 ? "exit 3" : `[ -e ${quote(path)} ] && echo yes || echo no`,
        parse: ({ stdout }) => stdout === "yes\n",
      }),
      check: (_, have) => (have ? [] : [{ attribute: name, have: "absent", want: "there", risk: "none" }]),
      plan: (path) => [{ type: "run", argv: fails === "change" && path === files.n2 ? ["false"] : ["touch", path] }],
    })
    const task = { id: name, stage: name, step, title: name, wants: new Map(Object.entries(files)) }
    return { stage: name, tasks: [task] }
  }

  beforeEach(() => {
    const hosts = ["n1", "n2"].map((name) => host(name, "127.0.0.1"))
    const connector = {
      connect: async ({ name }: { name: string }) => new Node(name),
      async [Symbol.asyncDispose]() {},
    }
    request.context = { ...request.context, world: createWorld(hosts), connector: connector as never }
    request.inventory = inventory(hosts)
  })
  const done = () => ["a.n1", "a.n2", "b.n1", "b.n2"].filter(there)

  test("go on without it, each by itself", async () => {
    expect(await go(each("a", "change"), each("b"))).toMatchObject({ outcome: "partial" })
    expect(done()).toEqual(["a.n1", "b.n1"])
  })

  test("nothing more is begun where it takes all of them together", async () => {
    request.context.allTogether = true
    const result = await go(each("a", "change"), each("b"))
    expect(result).toMatchObject({ outcome: "failed", error: { code: "E_COMMAND", host: "n2" } })
    expect(done()).toEqual(["a.n1"])
  })

  test("nothing is touched where it takes all of them together, and one cannot be asked", async () => {
    request.context.allTogether = true
    const result = await go(each("a"), each("b", "probe"))
    expect(result).toMatchObject({ outcome: "failed", changed: false, error: { code: "E_PROBE", host: "n2" } })
    expect(done()).toEqual([])
  })
})
