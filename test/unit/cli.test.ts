import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"

const CLI = join(import.meta.dirname, "../../src/cli.ts")

function haops(...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1" }
  return spawnSync(process.execPath, ["--import", "tsx", CLI, ...args], { encoding: "utf8", env, input: "" })
}

function inventory(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "haops-")), "prod.yaml")
  writeFileSync(file, text)
  return file
}

describe("exit codes", () => {
  test.each([
    ["help", ["--help"], 0],
    ["the version", ["--version"], 0],
    ["an unknown verb", ["upp"], 64],
    ["an unknown flag", ["up", "--ywes"], 64],
    ["a flag out of range", ["up", "--forks", "0"], 64],
    ["an inventory that is not there", ["up", "-i", "/nowhere.yaml"], 65],
  ])("%s", (_, args, code) => {
    expect(haops(...args).status).toBe(code)
  })

  test("wrong input names file, line, column and the nearest key, and shows no stack", () => {
    const file = inventory("name: x\ncontrollers: { c1: 10.0.0.1 }\nvip: { a: 10.0.0.2/24 }\n")
    const { status, stderr } = haops("plan", "-i", file)
    expect(status).toBe(65)
    expect(stderr).toContain(`${file}:3:1`)
    expect(stderr).toContain('did you mean "vips"?')
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test("secrets that are not there are told all at once, each where the inventory names it", () => {
    const file = inventory(`name: x
controllers: { c1: 127.0.0.1 }
pacemaker:
  password: { env: HAOPS_NO_SUCH }
vips: { vip: 127.0.0.9/24 }
haproxy:
  stats: { password: { file: nope } }
  services: [{ preset: web }]
`)
    const { status, stderr } = haops("plan", "-i", file)
    expect(status).toBe(65)
    expect(stderr).toContain(`${file}:4:13 pacemaker.password: the environment variable HAOPS_NO_SUCH is not set`)
    expect(stderr).toMatch(/:7:22 haproxy\.stats\.password: the secret file .*nope is not there/)
    expect(stderr).toContain("no host was touched")
  })

  test("hosts that cannot be reached are 4, each told with what to do", () => {
    const file = inventory(
      "name: x\nssh: { user: nobody, port: 1 }\ncontrollers: { c1: 127.0.0.1 }\nsysctl: { net.ipv4.ip_forward: 1 }\n",
    )
    const { status, stderr } = haops("up", "-i", file)
    expect(status).toBe(4)
    expect(stderr).toContain("c1")
    expect(stderr).toContain("E_CONNECT")
  })
})

describe("plan --out", () => {
  const UNREACHABLE =
    "name: x\nssh: { user: nobody, port: 1 }\ncontrollers: { c1: 127.0.0.1 }\nsysctl: { net.ipv4.ip_forward: 1 }\n"

  test("refuses a file that is something else, the inventory say, before a host is asked", () => {
    const file = inventory(UNREACHABLE)
    const { status, stderr } = haops("plan", "-i", file, "--out", file)
    expect(status).toBe(65)
    // Wherever the width of the screen breaks it, which the length of the temporary directory's name decides.
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("is not a plan saved by haops")
    expect(stderr).not.toContain("E_CONNECT")
    expect(readFileSync(file, "utf8")).toBe(UNREACHABLE)
  })

  test("saves nothing where no host was reached, and says so", () => {
    const file = inventory(UNREACHABLE)
    const { status, stderr } = haops("plan", "-i", file, "--out", `${file}.plan`)
    expect(status).toBe(4)
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(`no host was reached, so no plan was saved to ${file}.plan`)
    expect(existsSync(`${file}.plan`)).toBe(false)
  })
})

test("wrong usage is a document too where --json asks for one", () => {
  const { status, stdout } = haops("up", "--json", "--ywes")
  expect(status).toBe(64)
  const error = { code: "E_INPUT", message: expect.stringMatching(/^unknown option '--ywes'/) }
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "failed", exit: 64, errors: [error] })
})

test("a mistyped verb is answered with the nearest one", () => {
  expect(haops("statsu").stderr).toContain("status")
})

test("--json prints one document for an input error too", () => {
  const { stdout } = haops("plan", "--json", "-i", "/nowhere.yaml")
  expect(JSON.parse(stdout)).toMatchObject({ exit: 65, errors: [{ code: "E_INPUT" }] })
})

test("the schema of the inventory is printed for editors", () => {
  expect(JSON.parse(haops("schema").stdout)).toMatchObject({ type: "object", additionalProperties: false })
})

describe("an output that cannot be written", () => {
  const start = (args: readonly string[], stdout: "pipe" | number) =>
    spawn(process.execPath, ["--import", "tsx", CLI, ...args], { stdio: ["ignore", stdout, "pipe"] })
  const UNREACHABLE =
    "name: x\nssh: { user: nobody, port: 1 }\ncontrollers: { c1: 127.0.0.1 }\nsysctl: { net.ipv4.ip_forward: 1 }\n"

  test("is a failure where it is the result on a full disk, and is told once", async () => {
    const child = start(["schema"], openSync("/dev/full", "w"))
    let said = ""
    child.stderr!.on("data", (chunk) => (said += chunk))
    const [code] = await once(child, "close")
    expect(code, said).toBe(1)
    expect(said).toMatch(/^haops: the result could not be written to standard output: ENOSPC.*\n$/)
  })

  test("leaves the exit code as it is where its reader has gone", async () => {
    const child = start(["plan", "-i", inventory(UNREACHABLE)], "pipe")
    child.stdout!.destroy()
    child.stderr!.destroy()
    expect(await once(child, "exit")).toEqual([4, null])
  })
})
