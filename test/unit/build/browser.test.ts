import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** What `npm test` does about a browser on a machine whose apt has these packages: what it installed, what it said. */
function ensured(packages: readonly string[]) {
  const scripts = {
    id: "echo 0",
    dpkg: "exit 1",
    "apt-get": `for last; do :; done
case " update -q ${packages.join(" ")} " in *" $last "*) ;; *) echo "Unable to locate package $last"; exit 100 ;; esac
case $1 in install) echo "$last" >>"$TMPDIR/installed" ;; esac`,
  }
  for (const program of ["dirname", "mktemp", "tail", "rm", "env", "cat"]) {
    const { stdout } = spawnSync("sh", ["-c", 'command -v "$0"', program], { encoding: "utf8" })
    symlinkSync(stdout.trim(), join(directory, program))
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  const lib = join(import.meta.dirname, "../../../docker/lib.sh")
  const script = 'set -eu; . "$0"; ensure_browser; [ ! -f "$TMPDIR/installed" ] || cat "$TMPDIR/installed"'
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script, lib], {
    env: { PATH: directory, TMPDIR: directory },
    encoding: "utf8",
  })
  return { status, installed: stdout, stderr }
}

test("npm test installs Debian's small Chromium", () => {
  expect(ensured(["chromium-headless-shell", "chromium"])).toMatchObject({
    status: 0,
    installed: "chromium-headless-shell\n",
  })
})

test("npm test installs the whole Chromium where the small one is not to be had", () => {
  expect(ensured(["chromium"])).toMatchObject({ status: 0, installed: "chromium\n" })
})

test("npm test goes on where apt has no Chromium, and says what will fail", () => {
  const { status, installed, stderr } = ensured([])
  expect({ status, installed }, stderr).toEqual({ status: 0, installed: "" })
  expect(stderr).toContain("the tests of the pages will fail, and all others run")
})
