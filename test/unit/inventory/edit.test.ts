import { spawnSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { afterAll, describe, expect } from "vitest"
import { parseDocument } from "yaml"
import { withHost, withoutHost } from "../../../src/inventory/edit.ts"
import { readEditable, rewriteFile } from "../../../src/inventory/rewrite.ts"

const add = (text: string) =>
  withHost(text, "lab.yaml", { group: "controllers", name: "controller4", address: "10.0.0.15" })
const remove = (text: string, name = "controller2") => withoutHost(text, "lab.yaml", { group: "controllers", name })

const ANNOTATED = `# The lab.
name:   "lab"      # quoted

controllers:       # three of them
    controller1:   10.0.0.12     # rack 1
    # the second one is special
    'controller2':
        address: "10.0.0.13"     # by hand
        ssh: { port: 2222 }

    controller3: 10.0.0.14

# Addresses
vips: {vip: 10.0.0.11/24}
`

describe("adding a host", () => {
  test("adds one line, indented as the others, and changes no other byte", () => {
    const line = "    controller3: 10.0.0.14\n"
    expect(add(ANNOTATED)).toBe(ANNOTATED.replace(line, `${line}    controller4: 10.0.0.15\n`))
  })

  test("comes behind a last host of several lines, and before what follows", () => {
    const text = "controllers:\n  a:\n    address: 10.0.0.1\n    links: [10.0.0.1]  # one\n# end\nname: x\n"
    expect(add(text)).toBe(text.replace("# end", "  controller4: 10.0.0.15\n# end"))
  })

  test("leaves the blank lines behind the hosts where they are", () => {
    const text = "controllers:\n  a:\n    address: 10.0.0.1\n    links:\n      - 10.0.0.1\n\n\n# Addresses\nname: x\n"
    expect(add(text)).toBe(text.replace("- 10.0.0.1\n", "- 10.0.0.1\n  controller4: 10.0.0.15\n"))
  })

  test.each([
    ["controllers: { a: 10.0.0.1 }\n", "controllers: { a: 10.0.0.1, controller4: 10.0.0.15 }\n"],
    ["controllers: {a: 10.0.0.1,}\n", "controllers: {a: 10.0.0.1, controller4: 10.0.0.15,}\n"],
    [
      "controllers: {\n  a: 10.0.0.1, # one\n  b: 10.0.0.2 # two\n}\n",
      "controllers: {\n  a: 10.0.0.1, # one\n  b: 10.0.0.2, # two\n  controller4: 10.0.0.15\n}\n",
    ],
    [
      "controllers: {\n  a: 10.0.0.1, # one\n}\n",
      "controllers: {\n  a: 10.0.0.1, # one\n  controller4: 10.0.0.15,\n}\n",
    ],
    ["controllers:\n  a: 10.0.0.1", "controllers:\n  a: 10.0.0.1\n  controller4: 10.0.0.15\n"],
    ["controllers:\r\n  a: 10.0.0.1\r\n", "controllers:\r\n  a: 10.0.0.1\r\n  controller4: 10.0.0.15\r\n"],
  ])("keeps the style of %j", (text, edited) => {
    expect(add(text)).toBe(edited)
  })

  test.each(["base: &b\n  a: 10.0.0.1\ncontrollers: *b\n", "controllers: {}\n", "name: x\n"])(
    "leaves %j to the user, with the line to write",
    (text) => {
      expect(() => add(text)).toThrow(
        expect.objectContaining({ code: "E_INPUT", hint: expect.stringContaining("controller4: 10.0.0.15") }),
      )
    },
  )
})

describe("removing a host", () => {
  test("takes its lines out and changes no other byte", () => {
    const gone = `    'controller2':
        address: "10.0.0.13"     # by hand
        ssh: { port: 2222 }
`
    expect(remove(ANNOTATED)).toBe(ANNOTATED.replace(gone, ""))
  })

  test.each([
    ["controllers: { a: 10.0.0.1, controller2: 10.0.0.2 }\n", "controllers: { a: 10.0.0.1 }\n"],
    ["controllers: { controller2: 10.0.0.2, a: 10.0.0.1 }\n", "controllers: { a: 10.0.0.1 }\n"],
    ["controllers:\n  a: 10.0.0.1\n  controller2: 10.0.0.2", "controllers:\n  a: 10.0.0.1\n"],
    ["controllers: {\n  controller2: 10.0.0.2, # two\n\n  # b\n  a: 1\n}\n", "controllers: {\n\n  # b\n  a: 1\n}\n"],
    ["controllers: {\n  a: 1, # one\n  controller2: 10.0.0.2 # two\n}\n", "controllers: {\n  a: 1, # one\n}\n"],
  ])("takes it out of %j", (text, edited) => {
    expect(remove(text)).toBe(edited)
  })

  test.each([
    ["the next one's", "controllers: { controller2: 10.0.0.2, # rack 1\n  # rack 2\n  b: 10.0.0.3 }\n"],
    ["the one's before it", "controllers: {\n  a: 10.0.0.1, # rack 1\n  controller2: 10.0.0.2 }\n"],
  ])("leaves one to the user where %s comments would go too", (_whose, text) => {
    expect(() => remove(text)).toThrow(
      expect.objectContaining({ code: "E_INPUT", hint: "Take controller2 out of controllers there yourself." }),
    )
  })

  test("leaves one to the user whose anchor others refer to", () => {
    const text = "controllers:\n  a: 10.0.0.1\n  controller2: &c { address: 10.0.0.2 }\nother: *c\n"
    expect(() => remove(text)).toThrow("cannot edit safely")
  })

  test.prop([fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { minLength: 1, maxLength: 6 })])(
    "undoes adding",
    (names) => {
      const text = `controllers:\n${names.map((name, at) => `  ${name}x: 10.0.1.${at} # ${name}\n`).join("")}# end\n`
      const added = withHost(text, "f", { group: "controllers", name: "new", address: "10.0.0.9" })
      expect(parseDocument(added).toJS().controllers.new).toBe("10.0.0.9")
      expect(withoutHost(added, "f", { group: "controllers", name: "new" })).toBe(text)
    },
  )
})

describe("rewriting a file", () => {
  const directory = mkdtempSync(join(tmpdir(), "haops-rewrite-"))
  afterAll(() => rmSync(directory, { recursive: true }))

  test("keeps its mode and what links to it, and leaves nothing behind", async () => {
    const [file, link] = [join(directory, "real.yaml"), join(directory, "link.yaml")]
    writeFileSync(file, "a\n")
    chmodSync(file, 0o640)
    symlinkSync(file, link)
    expect(await rewriteFile(link, (text) => `${text}b\n`)).toBe(true)
    expect(readFileSync(file, "utf8")).toBe("a\nb\n")
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(directory).sort()).toEqual(["link.yaml", "real.yaml"])
    expect(await rewriteFile(link, (text) => text)).toBe(false)
  })

  test("refuses text that is not UTF-8, with its line, and leaves every byte", async () => {
    const file = join(directory, "latin1.yaml")
    const bytes = Buffer.from("# K\u00f6ln\na: 1\n", "latin1")
    writeFileSync(file, Buffer.concat([Buffer.from("# K\u00f6ln \ufffd\n"), bytes]))
    const before = readFileSync(file)
    const refusal = { code: "E_INPUT", message: expect.stringContaining(`${file}:2 is not UTF-8`) }
    await expect(rewriteFile(file, (text) => `${text}b\n`)).rejects.toMatchObject(refusal)
    await expect(readEditable(file)).rejects.toMatchObject(refusal)
    expect(readFileSync(file)).toEqual(before)
  })

  /** What root alone can have tried. A test that is there and does not run would count as a failure. */
  const asRoot = (name: string, work: () => Promise<void>) => {
    if (process.getuid?.() === 0) test(name, work)
  }

  asRoot("leaves it whose it was", async () => {
    const file = join(directory, "theirs.yaml")
    writeFileSync(file, "a\n")
    chownSync(file, 4321, 1234)
    chmodSync(file, 0o664)
    await rewriteFile(file, (text) => `${text}b\n`)
    const { uid, gid, mode } = statSync(file)
    expect([uid, gid, mode & 0o777, readFileSync(file, "utf8")]).toEqual([4321, 1234, 0o664, "a\nb\n"])
  })

  asRoot("writes in place what it may write and not give away", async () => {
    // Where every user may go: TMPDIR can be one user's own.
    const shared = mkdtempSync("/var/tmp/haops-shared-")
    const file = join(shared, "shared.yaml")
    writeFileSync(file, "a long line\n")
    chmodSync(file, 0o666)
    chmodSync(shared, 0o777)
    const { ino } = statSync(file)
    // Loaded as root: node and its modules may be closed to others too.
    const code = `
      const { rewriteFile } = await import("${import.meta.resolve("../../../src/inventory/rewrite.ts")}")
      process.setgroups([])
      process.setgid(65534)
      process.setuid(65534)
      await rewriteFile("${file}", () => "b\\n")`
    const argv = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", code]
    const { error, status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" })
    expect([error, status], stderr).toEqual([undefined, 0])
    expect(readFileSync(file, "utf8")).toBe("b\n")
    expect([statSync(file).uid, statSync(file).ino]).toEqual([0, ino])
    expect(readdirSync(shared).filter((name) => name.startsWith("shared"))).toEqual(["shared.yaml"])
    rmSync(shared, { recursive: true })
  })

  test("says which file it could not write", async () => {
    await expect(rewriteFile(join(directory, "none"), () => "x")).rejects.toMatchObject({ code: "E_INPUT" })
  })
})
