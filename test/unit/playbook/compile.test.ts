import { describe, expect, test } from "vitest"
import { packageVersion } from "../../../src/base/package-root.ts"
import { Secret } from "../../../src/base/secret.ts"
import { InputError } from "../../../src/document/problems.ts"
import { parseYaml } from "../../../src/document/yaml-document.ts"
import { compilePlaybook } from "../../../src/playbook/compile.ts"
import { loadShipped } from "../../../src/playbook/load.ts"
import { loadSteps } from "../../../src/playbook/registry.ts"
import { playbookSchema } from "../../../src/playbook/schema.ts"
import { parseInventory } from "../parse-inventory.ts"

const stepKinds = await loadSteps()

const inventory = parseInventory(
  `name: demo
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.4 }
pacemaker: { password: { env: PW } }
vips: { vip: { address: 10.0.0.9/24, on: controllers } }
`,
  "demo.yaml",
)
const context = { inventory, hosts: inventory.hosts, steps: stepKinds, secret: () => new Secret("x") }

const compile = (yaml: string, only?: string[]) =>
  compilePlaybook(parseYaml(yaml, "own.yaml", playbookSchema, "the playbook"), { ...context, only })

const problems = (yaml: string): string => {
  try {
    compile(yaml)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  throw new Error("compiled without a problem")
}

describe("a playbook", () => {
  test("a step taken from the inventory is bound to the hosts that it concerns", () => {
    const barriers = compile("name: x\nstages:\n  - { stage: a, steps: [pcsd] }\n")
    expect(barriers.map(({ tasks }) => [...tasks[0]!.wants.keys()])).toEqual([["c1", "c2", "c3"]])
  })

  test("`on` narrows a user's own step to a group", () => {
    const file = "file: { path: /etc/motd, content: hello }"
    const [barrier] = compile(`name: x\nstages:\n  - { stage: a, on: loadbalancers, steps: [{ ${file} }] }\n`)
    expect([...barrier!.tasks[0]!.wants.keys()]).toEqual(["lb1"])
  })

  test("a step that one does for all stands alone, so that nothing is planned from facts before it", () => {
    const barriers = compile("name: x\nstages:\n  - { stage: a, steps: [hosts, pcsd, cluster-auth, hosts] }\n")
    expect(barriers.map(({ tasks }) => tasks.map((task) => task.step.kind))).toEqual([
      ["hosts", "pcsd"],
      ["cluster-auth"],
      ["hosts"],
    ])
    expect(barriers.at(-1)?.tasks[0]?.id).toBe("a/hosts#2")
  })

  describe("of which --limit leaves members out", () => {
    const limited = (yaml: string, names: readonly string[]) => {
      const [hosts, leftOut] = [true, false].map((kept) =>
        inventory.hosts.filter(({ name }) => names.includes(name) === kept),
      )
      const playbook = parseYaml(yaml, "own.yaml", playbookSchema, "the playbook")
      return compilePlaybook(playbook, { ...context, hosts: hosts!, leftOut }).flatMap(({ tasks }) => tasks)
    }
    const steps = (...kinds: string[]) => `name: x\nstages:\n  - { stage: a, steps: [${kinds.join(", ")}] }\n`
    const named = (kinds: string[], names: readonly string[]) =>
      Object.fromEntries(limited(steps(...kinds), names).map(({ step, leftOut }) => [step.kind, leftOut]))

    test("what acts for the cluster knows them by name, whether it needs all or one", () => {
      const acting = ["cluster-auth", "cib", "corosync-conf"]
      expect(named(acting, ["c1"])).toEqual(Object.fromEntries(acting.map((kind) => [kind, ["c2", "c3"]])))
    })

    test("hosts that have no part in it are none of them, nor is anybody where all members take part", () => {
      expect(named(["cib"], ["c1", "c2", "c3"])).toEqual({ cib: undefined })
    })

    test("what each host does by itself, and what only proves the others, does without them", () => {
      expect(named(["pcsd", "converged"], ["c1"])).toEqual({ pcsd: undefined, converged: undefined })
    })
  })

  test("--only keeps a stage or a kind, and names what there is when it finds nothing", () => {
    const yaml = "name: x\nstages:\n  - { stage: a, steps: [hosts] }\n  - { stage: b, steps: [pcsd] }\n"
    expect(compile(yaml, ["pcsd"]).map(({ stage }) => stage)).toEqual(["b"])
    expect(compile(yaml, ["a"]).map(({ stage }) => stage)).toEqual(["a"])
    expect(() => compile(yaml, ["hostss"])).toThrow(expect.objectContaining({ code: "E_INPUT" }))
  })

  test("reports everything that is wrong at once, each with its place and the nearest word", () => {
    const said = problems(`name: x
stages:
  - stage: a
    steps:
      - hostz
      - file: { path: /etc/motd, contents: hello }
      - command
      - hacluster-password: { password: hapass, shell: pcs }
`)
    expect(said).toContain('own.yaml:5:9  unknown step "hostz"; did you mean "hosts"?')
    expect(said).toMatch(/own\.yaml:6:\d+ .*unknown key "contents".*did you mean "content"\?/)
    expect(said).toMatch(/own\.yaml:7:9 .*command needs to be told what it wants/)
    expect(said).toContain(
      "own.yaml:8:29 hacluster-password wants what the inventory says: it is written `- hacluster-password` alone",
    )
    expect(said).toContain("no host was touched")
  })

  test("of a step that it does not know says what may be: another version, or a haops that was built before", async () => {
    const version = packageVersion()
    const yaml = "name: x\nstages:\n  - { stage: a, steps: [teleport] }\n"
    expect(problems(yaml)).toContain(
      `own.yaml:3:25 unknown step "teleport": haops ${version} has no step that is spelled like it`,
    )
    const older = new Map([...stepKinds].filter(([kind]) => kind !== "hosts"))
    const up = await loadShipped("up")
    expect(() => compilePlaybook(up, { ...context, steps: older })).toThrow(
      `unknown step "hosts": this playbook is newer than the haops that reads it (${version}): in a checkout, npm run build`,
    )
  })

  test("has no keys that nothing reads", () => {
    expect(() => compile("name: x\nvars: { a: 1 }\nstages:\n  - { stage: a, steps: [hosts] }\n")).toThrow(
      /unknown key "vars"/,
    )
  })
})

test.each(["add-node", "remove-node"])(
  "%s looks at the pcsd of every other member, before it changes members",
  async (name) => {
    const barriers = compilePlaybook(await loadShipped(name), { ...context, subject: { node: "c3" } })
    const tasks = barriers.flatMap((barrier) => barrier.tasks)
    const looked = tasks.findIndex(({ step, wants }) => step.kind === "pcsd" && wants.has("c1") && wants.has("c2"))
    expect(looked).toBeGreaterThanOrEqual(0)
    expect(looked).toBeLessThan(tasks.findIndex(({ step }) => /^cluster-(join|leave)$/.test(step.kind)))
  },
)

test("the shipped up playbook reads aloud as what `up` does, each stage from known steps", async () => {
  const barriers = compilePlaybook(await loadShipped("up"), context)
  expect([...new Set(barriers.map(({ stage }) => stage))]).toEqual([
    "preflight",
    "hosts",
    "packages",
    "prepare",
    "cluster",
    "resources",
    "verify",
  ])
})

test("the shipped up playbook has an old haproxy, its VIP and an old arbitrator go when whoever comes after them is about to be, or there", async () => {
  const { stages } = (await loadShipped("up")).value
  const order = stages.flatMap(({ stage, steps }) => steps.map((step) => ({ stage, step })))
  const of = (kind: string) => order.find(({ step }) => step === kind || JSON.stringify(step).includes(`"${kind}"`))!
  const sequence = [
    "haproxy-config",
    "keepalived-retired",
    "cib",
    "booth-retired",
    "booth",
    "keepalived",
    "haproxy-retired",
    "haproxy-leftovers",
  ]
  expect([...sequence].sort((a, b) => order.indexOf(of(a)) - order.indexOf(of(b)))).toEqual(sequence)
  // A stage ends on all hosts before the next begins.
  expect(new Set([of("keepalived"), of("haproxy-retired"), of("converged")].map(({ stage }) => stage)).size).toBe(3)
})
