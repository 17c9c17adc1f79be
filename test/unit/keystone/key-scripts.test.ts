import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { MAKE_KEYS, rotateKeys, takeKeys } from "../../../src/keystone/key-scripts.ts"
import { KEYS_DIRECTORY } from "../../../src/keystone/state.ts"
import type { RunAction } from "../../../src/model/action.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

// The scripts as a host runs them, in a directory of the test's, where whatever stands beside the keys as they change is written down.

/** A host with these keys. */
function keystone(keys: Readonly<Record<string, string>> = {}) {
  const box = sandbox()
  const look = `find ${box.path}/keys -name '*[!0-9]*' -type f >>${box.path}/seen`
  const programs = sandbox({ chown: look, mv: `${look}; exec /bin/mv "$@"`, install: ":" })
  const directory = join(box.path, "keys")
  mkdirSync(directory)
  for (const [name, key] of Object.entries(keys)) writeFileSync(join(directory, name), key)
  return {
    run({ argv, stdin }: RunAction, shell: string) {
      const script = argv[2]!.replaceAll(KEYS_DIRECTORY, directory).replaceAll("/run/haops", box.path)
      const env = { ...process.env, PATH: `${programs.path}:${process.env.PATH}` }
      execFileSync(shell, ["-c", script], { env, stdio: "pipe", input: stdin instanceof Secret ? stdin.reveal() : "" })
    },
    keys: () =>
      Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")])),
    /** Files that stood in the repository and were no keys. */
    strangers: () => readFileSync(join(box.path, "seen"), "utf8"),
    beside: () => readdirSync(box.path).filter((name) => name.startsWith("keys.")),
    offer: () =>
      new Secret(execFileSync("sh", ["-c", `ls | tar -c -f - -T - | base64 -w0`], { cwd: directory }).toString()),
    [Symbol.dispose]() {
      box[Symbol.dispose]()
      programs[Symbol.dispose]()
    },
  }
}

const KEY = /^[A-Za-z0-9_-]{43}=$/

test.each(SHELLS)("a rotation has tokens made by the staged key, stages a new one, drops the oldest: %s", (shell) => {
  using host = keystone({ 0: "staged", 1: "oldest", 2: "newest" })
  host.run(rotateKeys(3, "run-1"), shell)
  expect(host.keys()).toEqual({ 0: expect.stringMatching(KEY), 2: "newest", 3: "staged" })
  expect(host.strangers()).toBe("")
  expect(host.beside()).toEqual([])
})

test.each(SHELLS)("the keys of another host take the place of all that are there: %s", (shell) => {
  using other = keystone({ 0: "a", 10: "b", 9: "c" })
  using host = keystone({ 0: "x", 1: "y", 9: "c" })
  host.run(takeKeys(other.offer()), shell)
  expect(host.keys()).toEqual(other.keys())
  expect(host.strangers()).toBe("")
  expect(host.beside()).toEqual([])
})

test.each(SHELLS)("an offer without a staged key is none, and leaves what is there: %s", (shell) => {
  using other = keystone({ 1: "b" })
  using host = keystone({ 0: "x", 1: "y" })
  expect(() => host.run(takeKeys(other.offer()), shell)).toThrow("the keys that came are no repository")
  expect(host.keys()).toEqual({ 0: "x", 1: "y" })
})

test.each(SHELLS)("the first keys are made in an empty repository alone: %s", (shell) => {
  using host = keystone()
  host.run(MAKE_KEYS, shell)
  expect(host.keys()).toEqual({ 0: expect.stringMatching(KEY), 1: expect.stringMatching(KEY) })
  expect(new Set(Object.values(host.keys())).size).toBe(2)
  const made = host.keys()
  expect(() => host.run(MAKE_KEYS, shell)).toThrow()
  expect(host.keys()).toEqual(made)
})
