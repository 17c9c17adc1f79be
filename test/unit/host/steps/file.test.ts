import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { sha256 } from "../../../../src/host/file-state.ts"
import { file } from "../../../../src/host/steps/file.ts"
import { textDiff } from "../../../../src/host/text-diff.ts"
import { judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const want = { path: "/etc/motd", content: "hello\n" }
const same = {
  type: "file",
  mode: "0644",
  owner: "root:root",
  size: 6,
  sha256: sha256("hello\n"),
  content: undefined,
} as const

describe("file", () => {
  test("is in sync where content, mode and owner agree", () => {
    expect(judge(file, want, same)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("is written where it is absent", () => {
    const { drift, actions } = judge(file, { ...want, mode: "640", validate: ["check", "{}"] }, { type: "absent" })
    expect(drift).toMatchObject([{ attribute: "/etc/motd", have: "absent", want: "present" }])
    expect(drift[0]?.diff).toContain("+hello")
    expect(actions).toEqual([
      { type: "put", ...want, mode: "0640", owner: "root:root", validate: ["check", "{}"], backup: false },
    ])
  })

  test("shows a unified diff of what changes", () => {
    const have = { ...same, sha256: sha256("bye\n"), content: Buffer.from("bye\n") }
    expect(judge(file, want, have).drift[0]?.diff).toBe("--- /etc/motd\n+++ /etc/motd\n@@ -1,1 +1,1 @@\n-bye\n+hello\n")
  })

  test("changes mode and owner alone where the content is right", () => {
    const { actions } = judge(file, want, { ...same, mode: "0600", owner: "games:games" })
    expect(actions).toEqual([
      { type: "run", argv: ["chown", "--", "root:root", "/etc/motd"] },
      { type: "run", argv: ["chmod", "--", "0644", "/etc/motd"] },
    ])
  })

  test("leaves a directory in its place alone and says so", () => {
    const { drift, findings } = judge(file, want, { type: "other" })
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error" }])
  })

  test.each(["", "type file\n", "type file\nstat 644 root:root x\nsha256 ab\n", "type gone\n", "oops\n"])(
    "does not take %j for an answer",
    (stdout) => {
      expect(() => parse(file, want, stdout)).toThrow()
    },
  )

  test.each([{ mode: 644 }, { mode: "0999" }, { owner: "root" }, { path: "etc/motd" }, { validate: ["check"] }])(
    "refuses %j",
    (wrong) => {
      expect(file.want!.safeParse({ ...want, ...wrong }).success).toBe(false)
    },
  )
})

describe.each(SHELLS)("the file probe in %s", (shell) => {
  test("brings every byte of a file, whatever its name", () => {
    using box = sandbox()
    const path = join(box.path, "it's a $(file)")
    const bytes = Buffer.from([0, 255, 10, 13, 39, 195])
    writeFileSync(path, bytes)
    chmodSync(path, 0o604)
    const have = file
      .probe({ ...judgeable(path), content: "x" })
      .parse(run(file.probe(judgeable(path)).script, { shell }))
    expect(have).toMatchObject({ type: "file", mode: "0604", size: 6 })
    expect(have.type === "file" && have.content).toEqual(bytes)
  })

  test("tells absent, directory and known content apart", () => {
    using box = sandbox()
    const ask = (path: string) => {
      const probe = file.probe(judgeable(path))
      return probe.parse(run(probe.script, { shell }))
    }
    mkdirSync(join(box.path, "directory"))
    writeFileSync(join(box.path, "known"), "hello\n")
    expect(ask(join(box.path, "none"))).toEqual({ type: "absent" })
    expect(ask(join(box.path, "directory"))).toEqual({ type: "other" })
    expect(ask(join(box.path, "known"))).toMatchObject({ sha256: sha256("hello\n"), content: undefined })
  })
})

describe("a diff", () => {
  test("of binary data, of a giant and of strangers is one sentence", () => {
    expect(textDiff("/f", Buffer.from([0, 1]), "x\n")).toBe("/f holds binary data that will be replaced\n")
    expect(textDiff("/f", "x".repeat(2_000_000), "x\n")).toBe("/f is too large to show what changes\n")
  })

  test("is cut where it is long", () => {
    const lines = Array.from({ length: 1000 }, (_, line) => `${line}\n`).join("")
    expect(textDiff("/f", undefined, lines)).toMatch(/… \d+ more lines\n$/)
  })
})

function judgeable(path: string) {
  return file.want!.parse({ path, content: "hello\n" })
}
