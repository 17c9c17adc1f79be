import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const CLI = join(import.meta.dirname, "../../src/cli.ts")
const HOSTS = ["--controller", "10.0.0.1", "--controller", "10.0.0.2", "--vip", "10.0.0.9/24"]

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-unwritable-"))
  const hosts = "ssh: { user: nobody, port: 1 }\ncontrollers: { c1: 127.0.0.1 }\n"
  writeFileSync(join(directory, "base.yaml"), `name: x\n${hosts}sysctl: { net.ipv4.ip_forward: 1 }\n`)
})
afterEach(() => rmSync(directory, { recursive: true }))

function haops(...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1", XDG_STATE_HOME: join(directory, "base.yaml") }
  const argv = ["--import", import.meta.resolve("tsx"), CLI, ...args, "--json"]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: directory,
    encoding: "utf8",
    env,
    input: "",
  })
  return { status, stderr, errors: JSON.parse(stdout).errors }
}

test.each([
  ["a plan in a directory that is not there", ["plan", "-i", "base.yaml", "--out", "no/x"], /^no\/x .*ENOENT/],
  ["a plan in place of a directory", ["plan", "-i", "base.yaml", "--out", "."], /^\. .*EISDIR/],
  ["a plan below a file", ["plan", "-i", "base.yaml", "--out", "base.yaml/x"], /^base\.yaml\/x .*ENOTDIR/],
  ["an inventory below a file", ["init", "-i", "base.yaml/x.yaml", ...HOSTS], /^base\.yaml\/x\.yaml .*EEXIST/],
  ["a journal where a file is in its directory's place", ["journal"], /base\.yaml\/haops\/runs .*ENOTDIR/],
])("%s is a mistake of the user's, told with the system's reason before a host is asked", (_, args, message) => {
  const { status, stderr, errors } = haops(...args)
  expect(errors).toMatchObject([{ code: "E_INPUT", message: expect.stringMatching(message) }])
  expect(status).toBe(65)
  expect(stderr).not.toContain("host-unreachable")
})

test("a password that cannot be written is told by its own name, and no inventory without it is left", () => {
  writeFileSync(join(directory, "secrets"), "")
  const { status, errors } = haops("init", ...HOSTS)
  expect(errors).toMatchObject([{ code: "E_INPUT", message: expect.stringMatching(/^secrets\/hacluster .*EEXIST/) }])
  expect(status).toBe(65)
  expect(existsSync(join(directory, "inventory.yaml"))).toBe(false)
})
