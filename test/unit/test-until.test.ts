import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

// docker/test.sh, with one that stands for vitest and sets nothing up: what is run, what is left for want of time, and how it closes.

const LIB = `root=$(cd "$(dirname "$0")/.." && pwd)
say() { printf '%s\\n' "$*" >&2; }
ensure_browser() { :; }
install_packages() { :; }
`
/** Tells which files it was given, and leaves the result of one test that passed. */
const NPX = `#!/bin/sh
if [ "$1" = tsx ]; then printf 'a.test.ts\\nb.test.ts c.test.ts\\n'; exit 0; fi
for word in "$@"; do
  case $word in
    *.test.ts) echo "ran $word" ;;
    --outputFile.json=*)
      echo '{"testResults":[{"name":"x","status":"passed","assertionResults":[{"fullName":"t","status":"passed"}]}]}' >"\${word#*=}" ;;
  esac
done
`

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-until-"))
  for (const name of ["docker", "test", "bin"]) mkdirSync(join(directory, name))
  cpSync("docker/test.sh", join(directory, "docker/test.sh"))
  cpSync("test/summary.mjs", join(directory, "test/summary.mjs"))
  writeFileSync(join(directory, "docker/lib.sh"), LIB)
  writeFileSync(join(directory, "docker/setup.sh"), "")
  writeFileSync(join(directory, "bin/npx"), NPX)
  chmodSync(join(directory, "bin/npx"), 0o755)
})
afterEach(() => rmSync(directory, { recursive: true }))

function run(until: string) {
  const env = { ...process.env, PATH: `${directory}/bin:${process.env.PATH}`, HAOPS_TEST_UNTIL: until }
  const { stdout, stderr, status } = spawnSync("sh", ["docker/test.sh"], { cwd: directory, env, encoding: "utf8" })
  return { ran: stdout.match(/(?<=^ran ).*$/gm) ?? [], closing: stdout.trimEnd().split("\n").at(-1), stderr, status }
}

test("without a time all are run, in as few runs as can be", () => {
  expect(run("")).toEqual({ ran: [], closing: "3 passed, 0 failed", stderr: "", status: 0 })
})

test("with one that is far, each file has its turn", () => {
  const { ran, closing, stderr, status } = run("99999999999")
  expect(ran).toEqual(["a.test.ts", "b.test.ts", "c.test.ts"])
  expect({ closing, stderr, status }).toEqual({ closing: "3 passed, 0 failed", stderr: "", status: 0 })
})

test("with one that has passed those on nodes are left, and named", () => {
  const stderr = "NOT RUN, for want of time: a.test.ts b.test.ts c.test.ts\n"
  expect(run("1")).toEqual({ ran: [], closing: "1 passed, 0 failed", stderr, status: 0 })
})
