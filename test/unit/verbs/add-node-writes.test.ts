import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import type { HaopsEvent } from "../../../src/base/events.ts"
import type { RunRequest } from "../../../src/engine/run.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { addNode } from "../../../src/verbs/add-node.ts"
import type { Session, SessionRequest } from "../../../src/verbs/session.ts"

// When the newcomer comes into the file, and what is said where the run ends half-way.

// Files share their modules: what is under test is loaded anew for the stand-ins, and nobody after it is left with them.
const run = vi.hoisted(() => {
  vi.resetModules()
  return { of: async (_request: RunRequest): Promise<unknown> => undefined }
})
afterAll(() => void vi.resetModules())
const events: HaopsEvent[] = []

vi.mock("../../../src/engine/run.ts", () => ({ run: (request: RunRequest) => run.of(request) }))
vi.mock("../../../src/verbs/session.ts", () => ({
  openSession: async ({ verb, inventory }: SessionRequest & { inventory: Inventory }) =>
    ({
      ...{ verb, inventory, barriers: [], startedAt: 0 },
      context: { world: new Map() },
      reporter: { sink: (event: HaopsEvent) => events.push(event), finish: async () => {} },
      [Symbol.asyncDispose]: async () => {},
    }) as unknown as Session,
}))

const TEXT = "name: lab\ncontrollers: { a: 10.0.0.1, b: 10.0.0.2 }\npacemaker: { password: { env: X } }\n"

let directory: string
let file: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-add-"))
  file = join(directory, "lab.yaml")
})
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(() => {
  writeFileSync(file, TEXT)
  events.splice(0)
})

const failure = { outcome: "failed", changed: true, error: new Error("no") }

/** A run that comes as far as this stage, and fails there. */
async function failingAt(...stages: string[]): Promise<string> {
  run.of = async ({ onStage }) => {
    for (const stage of stages) await onStage?.(stage)
    return failure
  }
  await addNode({ inventory: file, address: "10.0.0.3", forks: 1 }, "c")
  return readFileSync(file, "utf8")
}

const texts = () => events.flatMap((event) => (event.type === "message" ? [event.text] : []))

test("a host that cannot be prepared does not come into the inventory, where it would stand in the way of every up", async () => {
  expect(await failingAt("checks", "packages", "members")).toBe(TEXT)
  expect(texts()).toEqual([])
})

test("it is there before anything makes the host a member, once, and how to go on or back is said", async () => {
  expect(await failingAt("packages", "join", "join")).toBe(TEXT.replace("10.0.0.2", "10.0.0.2, c: 10.0.0.3"))
  expect(texts()).toEqual([
    `c was written into ${file}.`,
    `c stays in ${file}: haops add-node c continues from here, haops remove-node c undoes it.`,
  ])
})
