import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { conclude } from "../../../src/verbs/plan.ts"
import { createReporter } from "../../../src/verbs/reporter.ts"
import { haproxyDrift, plan, planned } from "../output/samples.ts"
import { parseInventory } from "../parse-inventory.ts"

const CHANGING = plan({
  stages: [{ stage: "haproxy", inSync: 0, steps: [planned({ host: "controller1", drift: [haproxyDrift()] })] }],
})

/** What was said, in the order it was said: `out` for results, `err` for the rest. */
let said: string[]
let directory: string
beforeEach(() => {
  said = []
  directory = mkdtempSync(join(tmpdir(), "haops-out-"))
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(`out ${text}`) > 0)
  vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(`err ${text}`) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

async function ended(out: string, { json = false } = {}): Promise<number> {
  const inventory = parseInventory("name: x\ncontrollers: { controller1: 10.0.0.1 }\nsysctl: { a.b: 1 }\n", "prod.yaml")
  const request = { verb: "plan", inventory, hosts: inventory.hosts, options: { json, color: false, forks: 1 } }
  const reporter = await createReporter({ ...request, secrets: () => [], startedAt: 0, record: false })
  return await conclude({ plan: CHANGING, assessments: [] }, inventory, out, reporter)
}

describe("a plan that cannot be saved", () => {
  // The disk that is full.
  const FULL = "/dev/full"

  test("is shown first, and then why it was not saved", async () => {
    expect(await ended(FULL)).toBe(65)
    const [shown, failure, ...rest] = said
    expect(shown).toMatch(/^out .*haproxy config.*Apply with/s)
    expect(failure).toMatch(/^err .*\/dev\/full could not be written: ENOSPC.*E_INPUT/s)
    expect(rest).toEqual([])
  })

  test("is in the one document of --json, beside the error", async () => {
    expect(await ended(FULL, { json: true })).toBe(65)
    const documents = said.filter((text) => text.startsWith("out ")).map((text) => JSON.parse(text.slice(4)))
    const error = { code: "E_INPUT", message: expect.stringContaining("/dev/full could not be written: ENOSPC") }
    expect(documents).toMatchObject([{ outcome: "failed", exit: 65, errors: [error], plan: { risk: "none" } }])
  })

  test("is shown also where its file was taken while the hosts were looked at", async () => {
    const file = join(directory, "x")
    writeFileSync(file, "something else")
    expect(await ended(file)).toBe(65)
    expect(said[0]).toContain("haproxy config")
  })
})

test("a plan that was saved is shown as any other, with the command that applies just this one", async () => {
  const file = join(directory, "x")
  expect(await ended(file)).toBe(2)
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`Apply with: haops up -i prod.yaml --plan ${file}\n`)
})
