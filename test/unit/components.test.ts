import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { COMPONENTS } from "../../src/components.ts"
import type { RunContext } from "../../src/engine/context.ts"
import { connectAndLook } from "../../src/engine/look.ts"
import { planRun } from "../../src/engine/plan.ts"
import { createWorld } from "../../src/engine/world.ts"
import { packagesStep } from "../../src/host/steps/packages.ts"
import { preflightStep } from "../../src/host/steps/preflight.ts"
import { inventoryJsonSchema } from "../../src/inventory/json-schema.ts"
import { inventoryParser } from "../../src/inventory/parse.ts"
import type { Component } from "../../src/model/component.ts"
import { SERVICE_DRILLS } from "../../src/model/drill.ts"
import { settingsOf } from "../../src/model/section.ts"
import { renderPlan } from "../../src/output/plan-screen.ts"
import { renderStatus } from "../../src/output/status-screen.ts"
import { compilePlaybook } from "../../src/playbook/compile.ts"
import { loadPlaybook } from "../../src/playbook/load.ts"
import { loadSteps } from "../../src/playbook/registry.ts"
import { Answers } from "../../src/status/answers.ts"
import { assembleStatus } from "../../src/status/assemble.ts"
import { observeTask } from "../../src/status/observe.ts"
import { loadViews } from "../../src/status/views.ts"
import { runChecks } from "../../src/verify/verify.ts"
import { LocalTransport } from "./engine/local-transport.ts"
import { toy } from "./fixtures/toy/component.ts"
import { TOY } from "./fixtures/toy/settings.ts"
import { parseInventory } from "./parse-inventory.ts"
import { context as bindContext } from "./step-harness.ts"

// What it takes to manage one more thing: its folder (fixtures/toy), and this line.
const WITH_TOY: readonly Component[] = [...COMPONENTS, toy]

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-toy-"))
  file = join(directory, "word")
})
afterEach(() => rmSync(directory, { recursive: true }))

const parse = await inventoryParser(WITH_TOY)
const HEAD =
  "name: lab\ncontrollers: { n1: 10.0.0.1, n2: 10.0.0.2 }\nhaproxy: { stats: { port: 1080, user: a, password: { env: P } } }\n"
const inventoryOf = (more = "") => parse(`${HEAD}toy: { file: ${file}${more} }\n`, "toy.yaml")

test("each component has a name of its own", () => {
  expect(new Set(COMPONENTS.map(({ name }) => name)).size).toBe(COMPONENTS.length)
})

test("the command line knows just the drills that components bring", async () => {
  const drills = await Promise.all(COMPONENTS.map((component) => component.drills?.() ?? []))
  expect(drills.flat().map(({ kind }) => kind)).toEqual([...SERVICE_DRILLS])
})

test("a new component has its section in the schema, and its settings in the inventory", async () => {
  const { properties } = (await inventoryJsonSchema(WITH_TOY)) as {
    properties: Record<string, { description: string }>
  }
  const keys = Object.keys((await inventoryJsonSchema()).properties as object)
  expect(Object.keys(properties)).toEqual(keys.toSpliced(keys.indexOf("haproxy") + 1, 0, "toy"))
  expect(properties.toy?.description).toBe("A toy")
  expect(settingsOf(inventoryOf(), TOY)).toEqual({ file, word: "n1" })
  expect(() => parse(HEAD.replace(/haproxy.*/, "toy: { file: x, wrod: y }"), "toy.yaml")).toThrow(
    /toy: a toy needs haproxy to play with\n.*unknown key "wrod" in toy; did you mean "word"/,
  )
})

test("a new component's secrets and advice are warned of", () => {
  const { warnings } = inventoryOf(", word: boo, password: x")
  expect(warnings).toEqual([
    expect.stringContaining("toy.password: a secret in plain text"),
    expect.stringContaining("toy.word: frightens the nodes"),
  ])
})

test("a new component's packages, ports and programs are asked for", () => {
  const inventory = inventoryOf()
  const at = bindContext(inventory, inventory.hosts[0]!)
  expect(packagesStep(WITH_TOY).bind?.(at)?.parts).toEqual(["tools", "haproxy", "toy"])
  const preflight = preflightStep(WITH_TOY).bind?.(at)
  expect(preflight?.ports.map(({ use, port }) => `${use} ${port}`)).toEqual(["stats 1080", "toy 4711"])
  expect(preflight?.programs).toEqual(["haproxy", "toyd"])
})

test("a new component's step is planned, and status and verify show it", async () => {
  writeFileSync(file, "n1\n")
  expect(await lookedAt()).toMatchObject({ changes: [], outcome: "pass" })
  writeFileSync(file, "n0\n")
  const { plan, status, changes, outcome, toys } = await lookedAt()
  expect(plan).toContain("toy word")
  expect(changes).toEqual(["n1 toy word: n0", "n2 toy word: n0"])
  expect(toys).toEqual([
    { host: "n1", word: "n0", toys: 3 },
    { host: "n2", word: "n0", toys: 3 },
  ])
  expect(status).toContain("  toy on  word  toys\n  n1      n0    3\n  n2      n0    3\n")
  expect(outcome).toBe("fail")
})

/** What plan, status and verify say of the toy on two hosts, which are both this machine. */
async function lookedAt() {
  const inventory = inventoryOf()
  const { hosts } = inventory
  const steps = await loadSteps(WITH_TOY)
  const playbook = await loadPlaybook(join(import.meta.dirname, "fixtures/toy.yaml"))
  const secret = () => {
    throw new Error("no secret is wanted")
  }
  const barriers = compilePlaybook(playbook, { inventory, hosts, steps, secret })
  const views = (await loadViews(WITH_TOY)).map((view) => ({ ...view, observes: (view.observes ?? []).filter(isToys) }))
  const tasks = [...barriers.flatMap((barrier) => barrier.tasks), observeTask(views, { inventory, hosts, deep: true })]
  const run = contextOf(inventory.hosts)
  await connectAndLook(run, tasks)
  const { plan, assessments } = await planRun(run, inventory, barriers, Date.now())
  const look = new Answers(inventory, run.world, tasks)
  const status = assembleStatus(look, views)
  const checks = runChecks({ look, assessments, unasked: [], fromHere: new Map() }, views)
  return {
    plan: renderPlan(plan, { color: false, width: 120 }),
    changes: assessments.flatMap(({ host, task, drift }) => drift.map(({ have }) => `${host} ${task.title}: ${have}`)),
    status: renderStatus(status, views, { color: false, width: 120 }),
    toys: Reflect.get(status, "toys"),
    outcome: checks.find(({ id }) => id === "toy")?.outcome,
  }
}

/** What the others ask, this machine need not be able to answer. */
function isToys({ name }: { name: string }): boolean {
  return name === "toys"
}

function contextOf(hosts: Parameters<typeof createWorld>[0]): RunContext {
  const never = new AbortController().signal
  const connect = async ({ name }: { name: string }) => new LocalTransport(name)
  return {
    world: createWorld(hosts),
    connector: { connect, async [Symbol.asyncDispose]() {} },
    forks: 2,
    sink: () => {},
    stop: never,
    abort: never,
  }
}

test("a service that the inventory does not name asks nothing and does nothing: no step of it is bound", async () => {
  const text =
    "name: x\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\npacemaker: { password: { env: P } }\n"
  const inventory = parseInventory(text, "i.yaml")
  for (const name of ["galera", "rabbitmq", "memcached", "keystone"]) {
    const steps = (await COMPONENTS.find((one) => one.name === name)?.steps?.(COMPONENTS)) ?? []
    expect(steps.length, name).toBeGreaterThan(0)
    const bound = steps.filter((step) =>
      inventory.hosts.some((host) => step.bind?.(bindContext(inventory, host)) !== undefined),
    )
    expect(bound.map(({ kind }) => kind)).toEqual([])
  }
})
