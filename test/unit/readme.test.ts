import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { EXIT } from "../../src/base/exit-codes.ts"
import { Secret } from "../../src/base/secret.ts"
import { parseYaml } from "../../src/document/yaml-document.ts"
import { compilePlaybook } from "../../src/playbook/compile.ts"
import { loadSteps } from "../../src/playbook/registry.ts"
import { playbookSchema } from "../../src/playbook/schema.ts"
import { createProgram } from "../../src/program.ts"
import { parseInventory } from "./parse-inventory.ts"

const stepKinds = await loadSteps()

const root = join(import.meta.dirname, "../..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const blocks = [...readme.matchAll(/(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)```/gs)].map(([, file, language, text]) => ({
  file,
  language,
  text: text!,
}))

describe("every YAML example", () => {
  const yaml = blocks.filter(({ language }) => language === "yaml")

  test.each(yaml.filter(({ file }) => file !== undefined))("$file is the file itself", ({ file, text }) => {
    expect(text).toBe(readFileSync(join(root, file!), "utf8"))
    expect(() => parseInventory(text, file!)).not.toThrow()
  })

  test.each(yaml.filter(({ file, text }) => file === undefined && !text.includes("stages:")))(
    "is what an inventory may have: $text",
    ({ text }) => {
      const minimal = parse(readFileSync(join(root, "inventory/minimal.yaml"), "utf8"))
      const { warnings } = parseInventory(stringify({ ...minimal, ...parse(text) }), "minimal.yaml")
      expect(warnings.filter((warning) => !warning.includes("stonith-enabled"))).toEqual([])
    },
  )

  test.each(yaml.filter(({ text }) => text.includes("stages:")))("is a playbook that compiles", ({ text }) => {
    const inventory = parseInventory(readFileSync(join(root, "inventory/minimal.yaml"), "utf8"), "minimal.yaml")
    const playbook = parseYaml(text, "README.md", playbookSchema, "the playbook")
    const barriers = compilePlaybook(playbook, {
      inventory,
      hosts: inventory.hosts,
      steps: stepKinds,
      secret: () => new Secret("x"),
    })
    expect(barriers.flatMap(({ tasks }) => tasks)).not.toHaveLength(0)
  })
})

describe("every command", () => {
  const program = createProgram({ exit: 0, options: {} })
  const verbs = new Map(program.commands.map((command) => [command.name(), command]))
  const lines = blocks
    .filter(({ language }) => language === "console")
    .flatMap(({ text }) => text.split("\n"))
    .flatMap((line) => /^\$ npx haops (.*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? [])

  test.each(lines)("haops %s has a verb and flags that exist", (line) => {
    const words = line.split(/\s+/)
    let command = verbs.get(words.shift() ?? "")
    // Some verbs have verbs of their own, as `lb drain` has.
    while (command?.commands.some((one) => one.name() === words[0])) {
      command = command.commands.find((one) => one.name() === words[0])
      words.shift()
    }
    expect(command, line).toBeDefined()
    for (const flag of words.filter((word) => /^-/.test(word) && word !== "--")) {
      const known = command!.options.some(({ short, long }) => flag === short || flag === long)
      expect(known, `${line}: ${flag}`).toBe(true)
    }
  })

  test("the table of verbs is the program's", () => {
    const documented = [...readme.matchAll(/^\| `haops ([a-z-]+)/gm)].map(([, verb]) => verb)
    expect(new Set(documented)).toEqual(new Set(verbs.keys()))
  })

  test("npm scripts that it names exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    for (const [, script] of readme.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script!)
  })
})

test("the table of exit codes is the program's", () => {
  const documented = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(new Set(documented)).toEqual(new Set(Object.values(EXIT)))
  const meaning = Object.fromEntries(
    [...readme.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, text]) => [code, text]),
  )
  const words: Record<keyof typeof EXIT, RegExp> = {
    done: /^done/,
    failed: /^failed$/,
    changes: /`plan`: there are changes/,
    partial: /some hosts failed/,
    unreachable: /no host could be reached/,
    locked: /holds the lock/,
    usage: /wrong usage/,
    input: /the inventory.* is wrong/,
    interrupted: /interrupted/,
  }
  for (const [name, code] of Object.entries(EXIT)) expect(meaning[code]).toMatch(words[name as keyof typeof EXIT])
})

test("every file that it links to is there", () => {
  for (const [, path] of readme.matchAll(/\]\(([^)#:]+)\)/g)) expect(existsSync(join(root, path!)), path).toBe(true)
})
