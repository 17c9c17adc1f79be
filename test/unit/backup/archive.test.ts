import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { type Backup, packBackup, unpackBackup } from "../../../src/backup/archive.ts"
import { seal, unseal } from "../../../src/backup/seal.ts"
import { Secret } from "../../../src/base/secret.ts"
import { writeTar } from "../../../src/base/tar.ts"

const BACKUP: Backup = {
  cluster: "lab",
  takenAt: "2026-11-29T20:00:00.000Z",
  hosts: { controller1: "10.0.0.12" },
  files: [
    {
      host: "controller1",
      path: "/etc/corosync/authkey",
      content: randomBytes(256),
      mode: "0400",
      owner: "root:root",
    },
  ],
}

test("a backup is read again as it was, keys byte for byte", () => {
  expect(unpackBackup(packBackup(BACKUP), "lab.age")).toEqual(BACKUP)
})

test.each([
  ["bytes", Buffer.from("something")],
  ["another archive", gzipSync(writeTar([{ path: "etc/passwd", content: Buffer.from("x") }], new Date(0)))],
  [
    "one of a newer haops",
    gzipSync(writeTar([{ path: "backup.json", content: Buffer.from('{"format":2}') }], new Date(0))),
  ],
])("does not take %s for a backup", (_what, packed) => {
  expect(() => unpackBackup(packed, "lab.age")).toThrow("lab.age is no backup that this haops can read")
})

describe("encrypted", () => {
  const right = new Secret("correct horse")
  const text = Buffer.from("the cluster's keys")
  // In place of a second's work a try.
  const sealed = seal(text, right, 8)

  test("it begins as age's files do, shows nothing, and is opened by its passphrase", async () => {
    expect((await sealed).toString("latin1")).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S+ 8\n/)
    expect((await sealed).includes(text)).toBe(false)
    expect(await unseal(await sealed, right, "lab.age")).toEqual(text)
  })

  test.each<[string, (bytes: Buffer) => Buffer, Secret]>([
    ["another passphrase", (bytes) => bytes, new Secret("wrong horse")],
    ["a byte that has changed", (bytes) => flipped(bytes, bytes.length - 1), right],
    ["an end that is missing", (bytes) => bytes.subarray(0, -1), right],
  ])("is not opened by %s, which says neither", async (_what, change, passphrase) => {
    const opening = unseal(change(await sealed), passphrase, "lab.age")
    await expect(opening).rejects.toThrow("the passphrase does not open lab.age, or the file is damaged")
  })

  test("another file is told from it", async () => {
    await expect(unseal(text, right, "notes.txt")).rejects.toThrow("notes.txt is no backup")
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}
