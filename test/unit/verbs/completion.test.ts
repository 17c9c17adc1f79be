import { spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import { completionScript } from "../../../src/output/completion.ts"
import { createProgram } from "../../../src/program.ts"
import { verbsOf } from "../../../src/verbs/completion.ts"

const verbs = verbsOf(createProgram({ exit: 0, options: {} }))

/** What a real bash offers for a line that ends in the word that is being typed. */
function offered(...words: string[]): readonly string[] {
  const script = `${completionScript("bash", verbs)}
COMP_WORDS=(haops "$@"); COMP_CWORD=$#; _haops; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" })
  expect(stderr).toBe("")
  return stdout.split("\n").filter((word) => word !== "")
}

test.each([
  [["rem"], ["remove-node"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["lb", "d"], ["drain"]],
  [["-i", "prod.yaml", "lb", "r"], ["ready"]],
  [["up", "--pl"], ["--plan"]],
  [["drill", "node"], ["node-freeze"]],
])("bash completes haops %j", (words, expected) => {
  expect(offered(...words)).toEqual(expected)
})

test("fish is told every verb and flag", () => {
  const script = completionScript("fish", verbs)
  for (const { words, flags } of verbs) {
    expect(script).toContain(`-a ${words.at(-1)} `)
    for (const flag of flags) expect(script).toContain(`-l ${flag.slice(2)}`)
  }
})
