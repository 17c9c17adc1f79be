import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildSync } from "esbuild"
import { afterEach, beforeEach, expect, test } from "vitest"

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-bin-"))
  const start = join(home, "start.cjs")
  const define = { BUNDLE: '"./bundle.cjs"', "import.meta.url": "ownUrl" }
  const own = 'const ownUrl = require("node:url").pathToFileURL(__filename).href'
  const banner = { js: `#!/usr/bin/env node\n${own}` }
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

/** What a bundle sees that is started by npm's link. */
function start(args: readonly string[]) {
  const see = "JSON.stringify({ args: process.argv.slice(2), input: require('node:fs').readFileSync(0, 'utf8') })"
  writeFileSync(join(home, "bundle.cjs"), `console.log(${see}); process.exitCode = 3`)
  const run = spawnSync(join(home, "haops"), args, { encoding: "utf8", input: "said" })
  return { status: run.status, stderr: run.stderr, seen: JSON.parse(run.stdout) }
}

test("arguments, standard input and the exit code are the script's", () => {
  const args = ["exec", "--", "echo", "two  words", "$HOME", ""]
  expect(start(args)).toMatchObject({ status: 3, stderr: "", seen: { args, input: "said" } })
})
