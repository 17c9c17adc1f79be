import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test, vi } from "vitest"
import { lastWords } from "../../../src/verbs/galera-last-words.ts"
import { galeraRecover } from "../../../src/verbs/galera-recover.ts"
import { parseInventory } from "../parse-inventory.ts"

const directory = mkdtempSync(join(tmpdir(), "haops-recover-"))
afterAll(() => rmSync(directory, { recursive: true }))

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\n"
const file = join(directory, "lab.yaml")

function recover(...without: string[]) {
  return galeraRecover({ inventory: file, forks: 1, without })
}

test("a word about a member that is none is no word", async () => {
  writeFileSync(file, `${HEAD}galera: {}\n`)
  await expect(recover("c33")).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining("did you mean"),
  })
  await expect(recover("lb1")).rejects.toMatchObject({
    message: "--without lb1: no member is called so; it is c1, c2, c3",
  })
  await expect(recover("c1", "c2", "c3")).rejects.toMatchObject({ message: "--without leaves no member" })
})

test("without a cluster of databases there is nothing to recover", async () => {
  writeFileSync(file, `${HEAD}sysctl: { vm.swappiness: 1 }\n`)
  await expect(recover()).rejects.toMatchObject({ message: expect.stringContaining('there is no section "galera"') })
})

test("what is told before the run is a line for people, or an event where a program reads", async () => {
  const told: string[] = []
  using written = vi.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0)
  // A way to it that none can take: nothing is asked of the network.
  const { hosts } = parseInventory(`${HEAD}ssh: { proxyJump: "-x" }\ngalera: {}\n`, "lab.yaml")
  const ask = (json: boolean) => lastWords(hosts.slice(0, 1), { json })
  expect([...(await ask(false)), ...(await ask(true))]).toEqual([])
  expect(written).toHaveBeenCalledTimes(2)
  expect(told[0]).toMatch(/^warning: c1 could not be asked: proxyJump /)
  expect(JSON.parse(told[1] ?? "")).toMatchObject({ type: "message", level: "warning", text: told[0]?.slice(9, -1) })
})
