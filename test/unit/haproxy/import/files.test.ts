import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { readConfigFiles } from "../../../../src/haproxy/import/files.ts"
import { importHaproxy } from "../../../../src/haproxy/import/import.ts"
import { importReport } from "../../../../src/haproxy/import/report.ts"

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-"))
  mkdirSync(join(home, "conf.d"))
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(join(home, name), text)
const vips = [{ name: "vip", address: "10.0.0.9" }]

async function imported(...names: string[]) {
  const files = await readConfigFiles(names.map((name) => join(home, name)))
  return files.place((text) => importHaproxy({ text, vips, hosts: [] }))
}

const listen = (name: string, port: number) =>
  `listen ${name}\n  bind 10.0.0.9:${port}\n  server a 10.0.0.1:80 check\n  server b 10.0.0.2:80 check\n`

test("a directory's files are read as haproxy reads them: those in .cfg, by name, defaults for all that follow", async () => {
  write("haproxy.cfg", "defaults\n  mode http\n  timeout connect 5s\n  timeout client 1m\n  timeout server 1m")
  write("conf.d/b.cfg", listen("second", 81))
  write("conf.d/Z.cfg", listen("first", 80))
  write("conf.d/.c.cfg", listen("hidden", 82))
  write("conf.d/d.cfg~", listen("backup", 83))
  const { haproxy } = await imported("haproxy.cfg", "conf.d")
  expect(haproxy.services?.map((service) => "name" in service && service.name)).toEqual(["first", "second"])
  expect(haproxy.defaults).toMatchObject({ mode: "http" })
})

test("notes and errors name the file and the line in it", async () => {
  write("conf.d/a.cfg", `${listen("one", 80)}\n`)
  write("conf.d/b.cfg", "# two\nresolvers dns\n  nameserver one 10.0.0.5:53\n")
  const result = await imported("conf.d")
  const resolvers = result.notes.filter(({ section }) => section === "resolvers dns")
  expect(resolvers).toMatchObject([{ file: join(home, "conf.d/b.cfg"), line: 2 }])
  expect(importReport(result, "conf.d")).toContain(`${join(home, "conf.d/b.cfg")}:2  resolvers dns`)
  write("conf.d/c.cfg", "listen x\n  bind <VIP>:1\n  bind VIP_ADDRESS:2\n.if defined(X)\n")
  await expect(imported("conf.d")).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining(`${join(home, "conf.d/c.cfg")}:4: .if has no .endif`),
  })
})

test("a file does not go on with the section that the one before it ended with", async () => {
  write("conf.d/a.cfg", listen("one", 80))
  write("conf.d/b.cfg", "\n  balance source\n")
  await expect(imported("conf.d")).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining(`${join(home, "conf.d/b.cfg")}:2: "balance" stands before any`),
  })
})

test("a placeholder in the second file is found there", async () => {
  write("conf.d/a.cfg", listen("one", 80))
  write("conf.d/b.cfg", "\nlisten two\n  bind <VIP>:81\n")
  const files = await readConfigFiles([join(home, "conf.d")])
  expect(() => files.place((text) => importHaproxy({ text, vips: [], hosts: [] }))).toThrow(
    `${join(home, "conf.d/b.cfg")}:3: <VIP> stands where an address has to be`,
  )
})

test("a single file is told by its lines alone, as it was", async () => {
  write("haproxy.cfg", `${listen("one", 80)}resolvers dns\n  nameserver one 10.0.0.5:53\n`)
  const { notes } = await imported("haproxy.cfg")
  expect(notes.find(({ section }) => section === "resolvers dns")).toEqual(
    expect.not.objectContaining({ file: expect.anything() }),
  )
})

test("a directory without such files is told", async () => {
  await expect(imported("conf.d")).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining("no file that ends in .cfg"),
  })
})
