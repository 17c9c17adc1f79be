import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { Secret } from "../../../src/base/secret.ts"
import { createSecretStore } from "../../../src/inventory/secrets.ts"
import type { SecretSource } from "../../../src/model/inventory.ts"

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-secrets-"))
  writeFileSync(join(directory, "private"), "from file\n\n", { mode: 0o600 })
  writeFileSync(join(directory, "empty"), "\n", { mode: 0o600 })
  writeFileSync(join(directory, "open"), "shared")
  chmodSync(join(directory, "open"), 0o644)
})
afterAll(() => rmSync(directory, { recursive: true }))

function storeOf(warnings: string[] = []) {
  const env = { PATH: process.env.PATH, ONE: "from env\n", EMPTY: "" }
  return createSecretStore({ baseDir: directory, env, onWarning: (text) => warnings.push(text) })
}

function errorOf(source: SecretSource): HaopsError {
  try {
    storeOf()(source)
  } catch (error) {
    if (error instanceof HaopsError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

describe("a secret", () => {
  test.each<[SecretSource, string]>([
    [{ from: "env", name: "ONE" }, "from env"],
    [{ from: "file", path: "private" }, "from file\n"],
    [{ from: "command", command: "cat private | tr f F; printf '%s\\r\\n' $ONE" }, "From File\n\nfrom\r\nenv"],
    [{ from: "literal", value: new Secret("as it stands\n") }, "as it stands\n"],
  ])("of %o loses one newline at its end", (source, value) => {
    expect(storeOf()(source).reveal()).toBe(value)
  })

  test("is read once", () => {
    const secret = storeOf()
    const source: SecretSource = { from: "command", command: "date +%N; mktemp -u" }
    expect(secret(source)).toBe(secret({ ...source }))
  })

  test("prints as a secret", () => {
    const secret = storeOf()({ from: "env", name: "ONE" })
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain("from env")
  })

  test("in a file that others can read is warned of", () => {
    const warnings: string[] = []
    const secret = storeOf(warnings)
    secret({ from: "file", path: "private" })
    secret({ from: "file", path: "open" })
    secret({ from: "file", path: "open" })
    expect(warnings).toEqual(["open holds a secret and others may read it; chmod 600 open"])
  })

  test.each<[SecretSource, string, string]>([
    [{ from: "env", name: "TWO" }, "the environment variable TWO is not set", "export TWO"],
    [{ from: "file", path: "none" }, "the secret file none is not there", "relative to its own directory"],
    [{ from: "command", command: "echo locked >&2; exit 3" }, "ended with code 3", "locked"],
    [{ from: "command", command: "kill -9 $$" }, "was ended by SIGKILL", "nothing on standard error"],
  ])("of %o that cannot be had is an error of input", (source, message, hint) => {
    const error = errorOf(source)
    expect(error.code).toBe("E_INPUT")
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
  })

  test.each(["kill -INT $$", "exit 130"])("interrupted at its question (%s), the run ends", (command) => {
    expect(errorOf({ from: "command", command })).toMatchObject({ code: "E_CANCELED" })
  })

  test.each<[SecretSource, string]>([
    [{ from: "env", name: "EMPTY" }, "the environment variable EMPTY gives an empty secret"],
    [{ from: "file", path: "empty" }, "the secret file empty gives an empty secret"],
    [{ from: "command", command: "true" }, "the command true gives an empty secret"],
  ])("of %o that is empty is an error of input", (source, message) => {
    expect(errorOf(source)).toMatchObject({ code: "E_INPUT", message })
  })
})
