import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type InventorySource, inventoryMemory } from "../../../src/inventory/memory.ts"
import { parseInventory } from "../../../src/inventory/parse.ts"
import { HEAD } from "./support.ts"

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-memory-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const SOURCE: InventorySource = { text: HEAD, file: "i.yaml", cwd: "/somewhere" }
const memory = (source = SOURCE, build = "haops-A.cjs") => inventoryMemory(source, { directory, build })!
const read = ({ text, file, cwd }: InventorySource) => parseInventory(text, file, cwd)
const kept = () => readdirSync(directory).map((name) => join(directory, name))

test.each(readdirSync("inventory").filter((name) => name.endsWith(".yaml")))("%s is what it was", (name) => {
  const source = { ...SOURCE, file: `inventory/${name}`, text: readFileSync(`inventory/${name}`, "utf8") }
  const inventory = read(source)
  expect(memory(source).recall()).toBeUndefined()
  memory(source).keep(inventory)
  expect(memory(source).recall()).toStrictEqual(inventory)
})

test("a file for the user alone, one for each inventory, whatever it says", () => {
  memory().keep(read(SOURCE))
  const changed = { ...SOURCE, text: `${HEAD}ssh: { user: admin }\n` }
  memory(changed).keep(read(changed))
  expect(kept()).toHaveLength(1)
  expect(statSync(kept()[0]!).mode & 0o777).toBe(0o600)
  expect(memory(changed).recall()?.hosts[0]?.ssh.user).toBe("admin")
})

test.each<[string, Partial<InventorySource>, string?]>([
  ["another text", { text: HEAD.replace("10.0.0.3", "10.0.0.4") }],
  ["another directory", { cwd: "/elsewhere" }],
  ["another way to name it", { file: "./i.yaml" }],
  ["another build", {}, "haops-B.cjs"],
])("nothing is known of %s", (_, other, build) => {
  memory().keep(read(SOURCE))
  expect(memory({ ...SOURCE, ...other }, build).recall()).toBeUndefined()
  expect(memory().recall()).toStrictEqual(read(SOURCE))
})

test("a secret that the inventory itself holds is kept nowhere else", () => {
  const source = { ...SOURCE, text: HEAD.replace("{ env: P }", "hunter2") }
  memory(source).keep(read(source))
  expect(kept()).toEqual([])
})

test("of a file that was cut off nothing is believed", () => {
  memory().keep(read(SOURCE))
  for (const length of [100, 32, 10, 0]) {
    truncateSync(kept()[0]!, length)
    expect(memory().recall()).toBeUndefined()
  }
})

test("sources have no build to go by", () => {
  expect(inventoryMemory(SOURCE, { directory })).toBeUndefined()
})
