import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { expect } from "vitest"
import { readTar, TAR_END, writeTar } from "../../../src/base/tar.ts"

const NOW = new Date("2026-11-29T20:00:00Z")
const part = fc.stringMatching(/^[a-z0-9._-]{1,60}$/)
const file = fc.record({
  path: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
  content: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
  mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode.toString(8).padStart(4, "0")),
  owner: fc
    .tuple(fc.stringMatching(/^[a-z]{1,20}$/), fc.stringMatching(/^[a-z]{1,20}$/))
    .map((names) => names.join(":")),
})

test.prop([fc.array(file, { maxLength: 5 })])("what is written is read again, byte for byte", (files) => {
  expect(readTar(writeTar(files, NOW))).toEqual(files)
})

test("tar itself reads it, with modes and names of owners", () => {
  const directory = mkdtempSync(join(tmpdir(), "haops-tar-"))
  try {
    const deep = `${"directory/".repeat(14)}file`
    const files = [
      { path: "controller1/etc/corosync/authkey", content: Buffer.alloc(513, 7), mode: "0400", owner: "root:root" },
      { path: deep, content: Buffer.from("text\n"), mode: "0644", owner: "hacluster:haclient" },
    ]
    writeFileSync(join(directory, "archive"), writeTar(files, NOW))
    const listed = execFileSync("tar", ["--utc", "-tvf", join(directory, "archive")], { encoding: "utf8" })
    expect(listed).toMatch(/^-r-------- root\/root +513 2026-11-29 20:00 controller1\/etc\/corosync\/authkey$/m)
    expect(listed).toMatch(/^-rw-r--r-- hacluster\/haclient +5 2026-11-29 20:00 (directory\/){14}file$/m)
    const told = execFileSync("tar", ["-xOf", join(directory, "archive"), deep], { encoding: "utf8" })
    expect(told).toBe("text\n")
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test.each([
  ["one that is cut short", writeTar([{ path: "a", content: Buffer.alloc(600) }], NOW).subarray(0, 800), "cut short"],
  ["one without its end", writeTar([], NOW).subarray(TAR_END.length), "cut short"],
  ["something else", Buffer.alloc(1024, 1), "not a tar archive"],
])("does not take %s for an archive", (_what, bytes, message) => {
  expect(() => readTar(bytes)).toThrow(message)
})

test("a path that has no room is refused", () => {
  expect(() => writeTar([{ path: "x".repeat(101), content: Buffer.alloc(0) }], NOW)).toThrow("no room for the path")
})
