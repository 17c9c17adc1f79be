import { spawnSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildSync } from "esbuild"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type InventorySource, inventoryMemory } from "../../../src/inventory/memory.ts"
import { parseInventory } from "../parse-inventory.ts"
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

test("of a file in which the disk has changed a byte nothing is believed", () => {
  memory().keep(read(SOURCE))
  const whole = readFileSync(kept()[0]!)
  const damaged = Buffer.from(whole)
  damaged[whole.indexOf("10.0.0.3") + 7] = "4".charCodeAt(0)
  writeFileSync(kept()[0]!, damaged)
  expect(memory().recall()).toBeUndefined()
})

test("an inventory that is loaded is looked for in the memory first, and put there", () => {
  const cwd = realpathSync(directory)
  const name = "haops-TEST.cjs"
  buildSync({
    entryPoints: ["src/inventory/load.ts"],
    outfile: join(cwd, name),
    bundle: true,
    platform: "node",
    format: "cjs",
    define: { "import.meta.url": "ownUrl" },
    banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href' },
  })
  writeFileSync(join(cwd, "i.yaml"), HEAD)
  const cache = join(cwd, "haops")
  mkdirSync(cache, { mode: 0o700 })
  const known = inventoryMemory({ ...SOURCE, cwd }, { directory: cache, build: name })!
  const load = () => {
    const script = `require("./${name}").loadInventory("i.yaml").then((inventory) => console.log(inventory.name))`
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
      cwd,
      encoding: "utf8",
      env: { XDG_CACHE_HOME: cwd },
    })
    return stdout + stderr
  }
  expect(load()).toBe("test\n")
  expect(known.recall()).toStrictEqual(read({ ...SOURCE, cwd }))
  known.keep({ ...read({ ...SOURCE, cwd }), name: "remembered" })
  expect(load()).toBe("remembered\n")
})

test("sources have no build to go by", () => {
  expect(inventoryMemory(SOURCE, { directory })).toBeUndefined()
})
