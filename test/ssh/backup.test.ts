import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { unpackBackup } from "../../src/backup/archive.ts"
import { unseal } from "../../src/backup/seal.ts"
import { Secret } from "../../src/base/secret.ts"
import { WholeRun } from "./whole-run.ts"

const patient = { timeout: 120_000 }
const PASSPHRASE = "three-words-more"
let lab: WholeRun

beforeEach(async () => {
  lab = new WholeRun()
  for (const name of ["c1", "c2"]) await lab.host(name)
  lab.home.write("passphrase", `${PASSPHRASE}\n`, 0o600)
})
afterEach(async () => await lab[Symbol.asyncDispose]())

const backup = (...words: string[]) => lab.haops("backup", "--passphrase-file", "passphrase", "-o", "lab.age", ...words)
const file = () => join(lab.home.path, "lab.age")

test(
  "takes what hosts have into a file for its owner alone; a host that is down is told; no file is written over",
  patient,
  async () => {
    lab.home.write("c1/etc/hosts", "127.0.0.1 localhost\n192.0.2.7 mine.example\n")
    await lab.servers[1]![Symbol.asyncDispose]()
    const { code, stdout, stderr } = await backup("--json")
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('"host-unreachable"')
    expect(JSON.parse(stdout).details.files.map(({ host }: { host: string }) => host)).toContain("c1")
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const packed = await unseal(readFileSync(file()), new Secret(PASSPHRASE), "lab.age")
    const { cluster, files } = unpackBackup(packed, "lab.age")
    expect(cluster).toBe("x")
    expect(files.map(({ content }) => content.toString())).toContain("127.0.0.1 localhost\n192.0.2.7 mine.example\n")
    const before = readFileSync(file())
    const again = await backup()
    expect(again.code).toBe(65)
    expect(again.stderr).toContain("lab.age exists already")
    expect(readFileSync(file())).toEqual(before)
  },
)

test("of hosts without a cluster there is no backup", patient, async () => {
  const inventory = readFileSync(join(lab.home.path, "inventory.yaml"), "utf8")
  lab.home.write("inventory.yaml", `${inventory}pacemaker: { password: { env: ABSENT } }\n`)
  const { code, stderr } = await backup()
  expect(code, stderr).toBe(1)
  expect(stderr.replaceAll(/\s+/g, " ")).toContain("there is none to back up")
  expect(existsSync(file())).toBe(false)
})

test(
  "without a passphrase no host is asked, and what would say it on the command line is no flag",
  patient,
  async () => {
    const { code, stderr } = await lab.haops("backup")
    expect(code).toBe(65)
    expect(stderr).toContain("--passphrase-file")
    expect((await lab.haops("backup", "--passphrase", PASSPHRASE)).code).toBe(64)
    expect(readdirSync(lab.home.path).filter((name) => name.endsWith(".age"))).toEqual([])
  },
)

test("what is no backup is told before a host is asked", patient, async () => {
  lab.home.write("notes.txt", "hello")
  const restore = (name: string) => lab.haops("restore", name, "--passphrase-file", "passphrase", "--yes")
  const notes = await restore("notes.txt")
  expect(notes.code).toBe(65)
  expect(notes.stderr).toContain("notes.txt is no backup")
  const gone = await restore("gone.age")
  expect(gone.code).toBe(65)
  expect(gone.stderr).toContain("there is no backup gone.age")
})
