import { spawnSync } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildSync } from "esbuild"
import { afterEach, beforeEach, expect, test } from "vitest"

let home: string
let cache: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-code-cache-"))
  cache = join(home, "haops")
  buildSync({
    entryPoints: ["src/startup/code-cache.ts"],
    outfile: join(home, "cache.cjs"),
    bundle: true,
    platform: "node",
  })
  writeFileSync(join(home, "start.cjs"), 'require("./cache.cjs").runCached(process.argv[2], process.argv[3])')
})
afterEach(() => rmSync(home, { recursive: true }))

/** A bundle of this name that greets from where it lies, run for a purpose. */
function run(name = "haops-A.cjs", purpose = "up", env: NodeJS.ProcessEnv = {}, body = "") {
  const bundle = join(home, name)
  writeFileSync(bundle, `${body}console.log("hello from " + require("node:path").basename(__filename))`)
  const result = spawnSync(process.execPath, [join(home, "start.cjs"), bundle, purpose], {
    encoding: "utf8",
    env: { XDG_CACHE_HOME: home, ...env },
  })
  expect(result.stderr).toBe("")
  expect(result.stdout).toBe(`hello from ${name}\n`)
  return result.status
}

const kept = () => readdirSync(cache).map((name) => name.replace(/-v.*/, ""))
const fileOf = (purpose = "up") => join(cache, readdirSync(cache).find((name) => name.includes(`-${purpose}-`))!)

test("what was compiled is kept for the user alone, one file for each purpose, and used again", () => {
  run()
  const file = fileOf()
  expect(statSync(cache).mode & 0o777).toBe(0o700)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const before = statSync(file)
  run()
  expect(statSync(file).ino).toBe(before.ino)
  run("haops-A.cjs", "plan")
  expect(kept().sort()).toEqual(["haops-A.cjs-plan", "haops-A.cjs-up"])
})

test("what another build left stays for a week", () => {
  run()
  run("haops-B.cjs")
  expect(kept().sort()).toEqual(["haops-A.cjs-up", "haops-B.cjs-up"])
  const old = (Date.now() - 8 * 86_400_000) / 1000
  utimesSync(join(cache, readdirSync(cache).find((name) => name.startsWith("haops-A"))!), old, old)
  run("haops-C.cjs")
  expect(kept().sort()).toEqual(["haops-B.cjs-up", "haops-C.cjs-up"])
})

test("what V8 does not take is compiled and kept anew", () => {
  run()
  writeFileSync(fileOf(), "no code")
  run()
  expect(readFileSync(fileOf()).length).toBeGreaterThan(100)
})

test("a call that named no verb leaves nothing", () => {
  expect(run("haops-A.cjs", "upp", {}, "process.exitCode = 64;")).toBe(64)
  expect(kept()).toEqual([])
})

test("a directory that others can write to is not trusted", () => {
  mkdirSync(cache)
  chmodSync(cache, 0o777)
  run()
  expect(kept()).toEqual([])
})

test("without a directory, or with Node's own switch, it works and keeps nothing", () => {
  run("haops-A.cjs", "up", { NODE_DISABLE_COMPILE_CACHE: "1" })
  expect(readdirSync(home)).not.toContain("haops")
  writeFileSync(cache, "a file in the way")
  run()
  expect(readFileSync(cache, "utf8")).toBe("a file in the way")
})
