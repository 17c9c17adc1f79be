import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { completionScript } from "../../../src/output/completion.ts"
import { createProgram } from "../../../src/program.ts"
import { verbsOf } from "../../../src/verbs/completion.ts"
import { ROOT } from "../readme.ts"

const verbs = verbsOf(createProgram({ exit: 0, options: {} }))

/** What a real bash offers for a line that ends in the word that is being typed. */
function offered(words: readonly string[], before = "", env = process.env): readonly string[] {
  const script = `${before}${completionScript("bash", verbs)}
COMP_WORDS=(haops "$@"); COMP_CWORD=$#; _haops; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8", env })
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
  [["remove-node", "--lose-m"], ["--lose-messages"]],
])("bash completes haops %j", (words, expected) => {
  expect(offered(words)).toEqual(expected)
})

describe("names that only the inventory or the journals know", () => {
  let home: string
  let prod: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "haops-"))
    prod = join(home, "prod.yaml")
    const controllers = { left: "10.0.0.1", right: "10.0.0.2" }
    const services = [
      { name: "shop", port: 80 },
      { name: "mail", port: 25 },
    ]
    const rest = { pacemaker: { password: { env: "NOT_THERE" } }, vips: { vip: "10.0.0.9/24" } }
    writeFileSync(prod, stringify({ name: "prod", controllers, haproxy: { services }, ...rest }))
    const run = { type: "run", format: 1, time: "2026-11-29T12:30:10.000Z", verb: "up", hosts: [] }
    const directory = join(home, "state/haops/runs/2026-11-29T123010Z-8a6c")
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, "journal.jsonl"), JSON.stringify(run))
  })
  afterAll(() => rmSync(home, { recursive: true }))

  const CASES: [words: readonly string[], expected: readonly string[]][] = [
    [["standby", "-i", "PROD", "r"], ["right"]],
    [
      ["up", "--inventory", "PROD", "--limit", ""],
      ["left", "right"],
    ],
    [
      ["lb", "-i", "PROD", "drain", "shop/"],
      ["shop/left", "shop/right"],
    ],
    [
      ["-i", "PROD", "lb", "show", ""],
      ["shop", "mail"],
    ],
    [["report", ""], ["2026-11-29T123010Z-8a6c"]],
  ]

  /** The program's own process in place of what the shell would start. */
  const env = () => ({ ...process.env, XDG_STATE_HOME: join(home, "state") })
  const cli = [process.execPath, "--import", import.meta.resolve("tsx"), join(ROOT, "src/cli.ts")]

  test.each(CASES)("bash completes haops %j", (words, expected) => {
    const typed = words.map((word) => word.replace("PROD", prod))
    expect(offered(typed, `haops() { ${cli.map((word) => `'${word}'`).join(" ")} "$@"; }\n`, env())).toEqual(expected)
  })

  test("an inventory that cannot be read has none, and says nothing", () => {
    const options = { encoding: "utf8", cwd: home } as const
    const { stdout, stderr, status } = spawnSync(
      cli[0]!,
      [...cli.slice(1), "completion", "bash", "--names", "nodes"],
      options,
    )
    expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "", status: 0 })
  })

  test("a playbook is what lies here, or in playbooks/, and has stages", () => {
    mkdirSync(join(home, "playbooks"))
    for (const file of ["own.yaml", "playbooks/second.yml", "notes.txt"])
      writeFileSync(join(home, file), "name: x\nstages: []\n")
    const args = [...cli.slice(1), "completion", "bash", "--names", "playbooks"]
    const { stdout, stderr } = spawnSync(cli[0]!, args, { encoding: "utf8", cwd: home })
    expect({ stdout, stderr }).toEqual({ stdout: "own.yaml\nplaybooks/second.yml\n", stderr: "" })
    expect(completionScript("bash", verbs)).toMatch(/"run"\) .* names=playbooks ;;/)
    // Files are offered besides.
    expect(completionScript("fish", verbs)).toContain(
      "-n '__fish_seen_subcommand_from run' -a '(__haops_names playbooks)'",
    )
  })

  test("fish asks for them at the verbs and flags that take them", () => {
    const script = completionScript("fish", verbs)
    expect(script).toContain("-n '__fish_seen_subcommand_from standby' -f -a '(__haops_names nodes)'")
    expect(script).toContain("-n '__fish_seen_subcommand_from up' -x -l limit -a '(__haops_names nodes)'")
    expect(script).toContain("-n '__fish_seen_subcommand_from what-if' -x -l down -a '(__haops_names nodes)'")
    expect(script).toContain(
      "-n '__fish_seen_subcommand_from lb; and __fish_seen_subcommand_from drain' -f -a '(__haops_names servers)'",
    )
  })
})

test("fish is told every verb and flag", () => {
  const script = completionScript("fish", verbs)
  for (const { words, flags } of verbs) {
    expect(script).toContain(`-a ${words.at(-1)} `)
    for (const flag of flags) expect(script).toContain(`-l ${flag.slice(2)}`)
  }
})
