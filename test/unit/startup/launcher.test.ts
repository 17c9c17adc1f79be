import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildSync } from "esbuild"
import { afterEach, beforeEach, expect, test } from "vitest"
import { LAUNCHER } from "../../../src/build/launcher.mjs"

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-launcher-"))
  const start = join(home, "start.cjs")
  const define = { BUNDLE: '"./bundle.cjs"', "import.meta.url": "ownUrl" }
  const own = 'const ownUrl = require("node:url").pathToFileURL(__filename).href'
  const banner = { js: `${LAUNCHER}\n${own}` }
  buildSync({
    entryPoints: ["src/startup/bin.ts"],
    outfile: start,
    bundle: true,
    platform: "node",
    format: "cjs",
    define,
    banner,
  })
  chmodSync(start, 0o755)
  // As npm installs a command.
  symlinkSync(start, join(home, "haops"))
})
afterEach(() => rmSync(home, { recursive: true }))

/** What a bundle sees that is started by npm's link, in an environment of its own and with the PATH of this one. */
function start(env: NodeJS.ProcessEnv, args: readonly string[] = []) {
  const see =
    "JSON.stringify({ args: process.argv.slice(2), env: process.env, input: require('node:fs').readFileSync(0, 'utf8') })"
  writeFileSync(join(home, "bundle.cjs"), `console.log(${see}); process.exitCode = 3`)
  const { PATH } = process.env
  const run = spawnSync(join(home, "haops"), args, { encoding: "utf8", env: { PATH, ...env }, input: "said" })
  return { status: run.status, stderr: run.stderr, seen: JSON.parse(run.stdout) }
}

test("arguments, standard input and the exit code are the script's", () => {
  const args = ["exec", "--", "echo", "two  words", "$HOME", ""]
  expect(start({}, args)).toMatchObject({ status: 3, stderr: "", seen: { args, input: "said" } })
})

test("extra certificates are not read by Node, and handed on to commands", () => {
  // Node warns of a file that is not there, unless it does not look.
  const { stderr, seen } = start({ NODE_EXTRA_CA_CERTS: join(home, "missing.pem") })
  expect(stderr).toBe("")
  expect(seen.env.NODE_EXTRA_CA_CERTS).toBe(join(home, "missing.pem"))
})

test("it leaves nothing of its own in the environment", () => {
  const { seen } = start({})
  expect(Object.keys(seen.env).filter((name) => name.includes("CERTS"))).toEqual([])
})
