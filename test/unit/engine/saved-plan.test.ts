import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { loadSavedPlan, requireSavable, requireSavedPlan, savePlan } from "../../../src/engine/saved-plan.ts"
import { haproxyDrift, plan, planned } from "../output/samples.ts"

const INVENTORY = "name: prod\ncontrollers: { c1: 10.0.0.1 }\n"
const CHANGING = plan({
  stages: [{ stage: "haproxy", inSync: 0, steps: [planned({ host: "controller1", drift: [haproxyDrift()] })] }],
})

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-saved-"))
  file = join(directory, "prod.plan")
})
afterEach(() => rmSync(directory, { recursive: true }))

describe("a saved plan", () => {
  test("is for its owner alone, and holds as long as the hosts are as they were", async () => {
    await savePlan(file, CHANGING)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const saved = await loadSavedPlan(file)
    expect(() => requireSavedPlan(saved, CHANGING)).not.toThrow()
    expect(() => requireSavedPlan(saved, plan())).toThrow("gone: controller1: haproxy config")
  })

  test("takes the place of an earlier one, and of a file with nothing in it", async () => {
    writeFileSync(file, "")
    await savePlan(file, plan())
    await savePlan(file, CHANGING)
    expect((await loadSavedPlan(file)).changes).toHaveLength(1)
  })

  test.each([
    ["an inventory", INVENTORY],
    ["JSON of another kind", '{ "name": "x" }\n'],
    ["a plan of another format", JSON.stringify({ format: "haops-plan-2", changes: [] })],
  ])("never takes the place of %s", async (_, text) => {
    writeFileSync(file, text)
    const refused = {
      code: "E_INPUT",
      message: `${file} is there and is no plan that haops saved: it is left as it is`,
    }
    await expect(requireSavable(file)).rejects.toMatchObject(refused)
    await expect(savePlan(file, CHANGING)).rejects.toMatchObject(refused)
    expect(readFileSync(file, "utf8")).toBe(text)
  })

  test("may go to what keeps nothing that could be lost", async () => {
    await expect(requireSavable("/dev/null")).resolves.toBeUndefined()
    await expect(requireSavable(file)).resolves.toBeUndefined()
  })
})

describe("loading", () => {
  test("never advises to save a plan over a file that is none", async () => {
    writeFileSync(file, INVENTORY)
    const error = await loadSavedPlan(file).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: "E_INPUT", message: `${file} is not a plan that haops saved` })
    expect(error).toMatchObject({ hint: expect.not.stringContaining(file) })
  })

  test("advises to save one where there is none", async () => {
    const missing = { code: "E_INPUT", message: `there is no saved plan ${file}`, hint: `haops plan --out ${file}` }
    await expect(loadSavedPlan(file)).rejects.toMatchObject(missing)
  })

  test("tells what the system says of a file that cannot be read", async () => {
    mkdirSync(file)
    await expect(loadSavedPlan(file)).rejects.toMatchObject({
      code: "E_INPUT",
      message: expect.stringContaining("EISDIR"),
      hint: undefined,
    })
  })
})
