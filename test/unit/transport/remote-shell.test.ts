import { spawnSync } from "node:child_process"
import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { invoke, killCommand } from "../../../src/transport/remote-shell.ts"

const NONCE = "haops-0123"
const lineOf = (argv: readonly string[]) => invoke({ argv }, "login", NONCE).line

/** What the login shells of this machine make of the line; the usual one is always there. */
const SHELLS = ["sh", "bash", "tcsh", "fish"].filter((shell) => spawnSync(shell, ["-c", "true"]).status === 0)

const word = fc.string({
  unit: fc.constantFrom(
    "\\",
    "!",
    "\n",
    "'",
    '"',
    "$",
    "`",
    " ",
    "*",
    "~",
    "{",
    "}",
    "%",
    "0",
    "1",
    "a",
    "ä",
    "?",
    "^",
  ),
  maxLength: 12,
})

describe.for(SHELLS)("the line of a command, for a login shell that is %s", (shell) => {
  property.prop([fc.array(word, { maxLength: 5 })], { numRuns: 40 })("brings every word there as it is", (words) => {
    const { stdout } = spawnSync(shell, ["-c", lineOf(["printf", "%s\\0", ...words])], { encoding: "utf8" })
    const expected = words.length === 0 ? "\0" : words.map((text) => `${text}\0`).join("")
    expect(stdout.replace(/^haops-0123 \d+\n/, "")).toBe(expected)
  })

  test("ends a command that is given up", () => {
    const { status, stderr } = spawnSync(shell, ["-c", lineOf(killCommand(2 ** 22 + 1))], { encoding: "utf8" })
    expect([status, stderr.replace(/\d+\n$/, "")]).toEqual([0, `${NONCE} `])
  })
})

test("nothing that csh or fish read their own way, even quoted, stands in a line", () => {
  const quoted = lineOf(["sh", "-c", "[ ! -d a\\b ]\nexit"]).replaceAll("'\\''", "")
  expect(quoted).not.toMatch(/!|\n/)
  // A backslash before anything but a backslash or a quote is itself, to fish too.
  expect(quoted).not.toMatch(/\\(?!0)/)
})

test("a line without such characters stays plain", () => {
  expect(lineOf(["echo", "it's"])).toMatch(/exec "\$@"' haops haops-0123 echo 'it'\\''s'$/)
})
