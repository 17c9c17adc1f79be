import { existsSync, readFileSync, statSync } from "node:fs"
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
import { ALL_TEXT, anchorsOf, READMES, ROOT } from "./readme.ts"

const stepKinds = await loadSteps()

const first = READMES[0]!
const blocks = [...ALL_TEXT.matchAll(/(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)```/gs)].map(([, file, language, text]) => ({
  file,
  language,
  text: text!,
}))

test("the first README is read at one go: 150 lines, the rest stands beside what it describes", () => {
  expect(first.file).toBe("README.md")
  expect(first.text.trimEnd().split("\n").length).toBeLessThanOrEqual(150)
})

describe("every YAML example", () => {
  const yaml = blocks.filter(({ language }) => language === "yaml")

  test.each(yaml.filter(({ file }) => file !== undefined))("$file is the file itself", ({ file, text }) => {
    expect(text).toBe(readFileSync(join(ROOT, file!), "utf8"))
    expect(() => parseInventory(text, file!)).not.toThrow()
  })

  test.each(yaml.filter(({ file, text }) => file === undefined && !text.includes("stages:")))(
    "is what an inventory may have: $text",
    ({ text }) => {
      const minimal = parse(readFileSync(join(ROOT, "inventory/minimal.yaml"), "utf8"))
      const { warnings } = parseInventory(stringify({ ...minimal, ...parse(text) }), "minimal.yaml")
      expect(warnings.filter((warning) => !warning.includes("stonith-enabled"))).toEqual([])
    },
  )

  test.each(yaml.filter(({ text }) => text.includes("stages:")))("is a playbook that compiles", ({ text }) => {
    const inventory = parseInventory(readFileSync(join(ROOT, "inventory/minimal.yaml"), "utf8"), "minimal.yaml")
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
    const documented = [...first.text.matchAll(/^\| `haops ([a-z-]+)/gm)].map(([, verb]) => verb)
    expect(new Set(documented)).toEqual(new Set(verbs.keys()))
  })

  test("npm scripts that it names exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))
    for (const [, script] of ALL_TEXT.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script!)
  })
})

test("the table of exit codes is the program's", () => {
  const documented = [...first.text.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(new Set(documented)).toEqual(new Set(Object.values(EXIT)))
  const meaning = Object.fromEntries(
    [...first.text.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, text]) => [code, text]),
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

describe.each(READMES)("$file", ({ directory, text }) => {
  const links = [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)

  test("links to what is there, and to headings that are there", () => {
    for (const link of links.filter((one) => !one.startsWith("https://"))) {
      const [path = "", anchor] = link.split("#")
      const target = path === "" ? join(directory, "README.md") : join(directory, path)
      expect(existsSync(target), link).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8")), link).toContain(anchor)
    }
  })

  test("is linked to as a file, so that npm's page of the package finds it too", () => {
    const folders = links.filter(
      (link) => !link.includes(":") && statSync(join(directory, link.split("#")[0]!)).isDirectory(),
    )
    for (const folder of folders) expect(existsSync(join(directory, folder, "README.md")), folder).toBe(false)
  })
})

test("every README is reached from the first one", () => {
  const linked = [...first.text.matchAll(/\]\(([^)#:]+)/g)].map(([, path]) => path)
  expect(linked).toEqual(expect.arrayContaining(READMES.slice(1).map(({ file }) => file)))
})

test("the heading that screens name is there", () => {
  expect(anchorsOf(first.text)).toContain("fencing")
})

test("anchors are GitHub's", () => {
  const text = "# A `b`: c, d!\n```\n# not one\n```\n## Same\n### Same\n"
  expect([...anchorsOf(text)]).toEqual(["a-b-c-d", "same", "same-1"])
})
