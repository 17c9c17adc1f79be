import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { packageVersion } from "../base/package-root.ts"
import type { Secret } from "../base/secret.ts"
import { InputError, type InputProblem, type Path } from "../document/problems.ts"
import { checkShape } from "../document/shape.ts"
import type { ParsedYaml } from "../document/yaml-document.ts"
import type { Barrier, Task } from "../engine/task.ts"
import { missingSecretsError } from "../inventory/missing-secrets.ts"
import { MissingSecretError } from "../inventory/secrets.ts"
import type { Host, Inventory, SecretSource } from "../model/inventory.ts"
import { actsForAll, isJoint, type Step, type Subject } from "../model/step.ts"
import { onSchema, type Playbook } from "./schema.ts"

interface CompileContext {
  inventory: Inventory
  /** Hosts of this run: the inventory's, or those of `--limit`. */
  hosts: readonly Host[]
  /** Hosts of the inventory that `--limit` leaves out: what acts for all does nothing without them. Default: none. */
  leftOut?: readonly Host[] | undefined
  /** The vocabulary by kind. */
  steps: ReadonlyMap<string, Step>
  secret: (source: SecretSource) => Secret
  /** The node that the verb is about. Playbooks for one have stages `on: node` and `on: others`. */
  subject?: Subject | undefined
  /** `--only`: stages or kinds to keep. Default: all. */
  only?: readonly string[] | undefined
}

/** A playbook as loaded, which still knows where each of its lines stood. */
export interface LoadedPlaybook extends ParsedYaml<Playbook> {
  /** It came with haops, and so knows no step that this haops does not. */
  shipped?: boolean
}

/** One item of a stage, taken apart. `want` is there only where the playbook says it. */
interface Item {
  kind: string
  want?: unknown
  name?: string | undefined
  on?: Stage["on"] | undefined
}

type Stage = Playbook["stages"][number]
type Report = (path: Path, message: string, suggestion?: string) => void

/** A playbook bound to an inventory: barriers of tasks, in order. Throws `InputError` with every problem at once, missing secrets included. */
export function compilePlaybook(playbook: LoadedPlaybook, context: CompileContext): readonly Barrier[] {
  const { value } = playbook
  const problems: InputProblem[] = []
  const compiler = new Compiler({ ...context, shipped: playbook.shipped === true }, (path, message, suggestion) => {
    problems.push(playbook.problem(path, message, suggestion))
  })
  const tasks = value.stages.flatMap((stage, s) =>
    stage.steps.flatMap((step, i) => compiler.task(stage.stage, stage.on, step, ["stages", s, "steps", i])),
  )
  if (problems.length > 0) throw new InputError(problems)
  if (compiler.missing.length > 0) throw missingSecretsError(context.inventory, compiler.missing)
  const kept = tasks.filter((task) => keeps(task, context.only))
  if (kept.length === 0 && context.only !== undefined) throw unknownOnly(context.only, tasks)
  return barriersOf(kept.filter((task) => task.wants.size > 0))
}

class Compiler {
  /** Secrets that some step wants and that are not there. */
  readonly missing: MissingSecretError[] = []
  readonly #context: CompileContext & { shipped: boolean }
  readonly #problem: Report
  readonly #count = new Map<string, number>()

  constructor(context: CompileContext & { shipped: boolean }, problem: Report) {
    this.#context = context
    this.#problem = problem
  }

  task(stage: string, stageOn: Stage["on"], item: Stage["steps"][number], path: Path): Task[] {
    const parts: Item | undefined = typeof item === "string" ? { kind: item } : this.#split(item, path)
    if (parts === undefined) return []
    const step = this.#context.steps.get(parts.kind)
    if (step === undefined) {
      this.#unknown(parts.kind, path)
      return []
    }
    const on = parts.on ?? stageOn
    const hosts = this.#hostsOf(on, path)
    const wants =
      "want" in parts ? this.#inline(step, parts.want, hosts, [...path, parts.kind]) : this.#bound(step, hosts, path)
    if (wants === undefined) return []
    const first = [...wants.values()][0]
    const title = parts.name ?? (first === undefined ? step.kind : step.title(first))
    const leftOut = this.#leftOut(step, on, "want" in parts)
    return [{ id: this.#id(stage, step.kind), stage, step, title, wants, ...(leftOut.length > 0 && { leftOut }) }]
  }

  #unknown(kind: string, path: Path): void {
    const { shipped, steps } = this.#context
    const version = packageVersion()
    const stale = `this playbook is newer than the haops that reads it (${version}): in a checkout, npm run build`
    const suggestion = shipped ? undefined : nearest(kind, steps.keys())
    const why = shipped ? `: ${stale}` : `: haops ${version} has no step that is spelled like it`
    this.#problem(path, `unknown step "${kind}"${suggestion === undefined ? why : ""}`, suggestion)
  }

  /** Who would have a say in a step that acts for all, were it not for `--limit`. */
  #leftOut(step: Step, on: Stage["on"], inline: boolean): readonly string[] {
    const { hosts, leftOut = [], inventory, secret, subject } = this.#context
    if (!actsForAll(step)) return []
    const members = [...hosts, ...leftOut]
    const takesPart = (host: Host) =>
      inline || this.#unlessMissing(() => step.bind?.({ inventory, host, members, secret, subject })) !== undefined
    return leftOut.filter((host) => isOn(on, host) && takesPart(host)).map(({ name }) => name)
  }

  #hostsOf(on: Stage["on"], path: Path): readonly Host[] {
    const { hosts, subject } = this.#context
    if (on !== "node" && on !== "others") return hosts.filter((host) => isOn(on, host))
    if (subject === undefined) this.#problem(path, `"on: ${on}" is for playbooks of commands about one node`)
    return hosts.filter((host) => (host.name === subject?.node) === (on === "node"))
  }

  #split(item: Record<string, unknown>, path: Path): Item | undefined {
    const { name, on, ...rest } = item
    const kinds = Object.keys(rest)
    if (kinds.length !== 1) {
      this.#problem(path, `a step has one kind, this one has ${kinds.length === 0 ? "none" : kinds.join(", ")}`)
      return undefined
    }
    const group = onSchema.optional().safeParse(on)
    if (!group.success) this.#problem([...path, "on"], `on is one of ${onSchema.options.join(", ")}`)
    if (name !== undefined && typeof name !== "string") this.#problem([...path, "name"], "name is a text")
    const kind = kinds[0]!
    return { kind, want: rest[kind], name: typeof name === "string" ? name : undefined, on: group.data }
  }

  #inline(step: Step, raw: unknown, hosts: readonly Host[], path: Path): Map<string, unknown> | undefined {
    if (step.want === undefined) {
      this.#problem(path, `${step.kind} wants what the inventory says: it is written \`- ${step.kind}\` alone`)
      return undefined
    }
    const shape = checkShape(step.want, raw ?? {}, step.kind)
    if (shape.ok) return new Map(hosts.map((host) => [host.name, shape.value]))
    for (const one of shape.problems) this.#problem([...path, ...one.path], one.message, one.suggestion)
    return undefined
  }

  #bound(step: Step, hosts: readonly Host[], path: Path): Map<string, unknown> | undefined {
    const { bind } = step
    if (bind === undefined) {
      this.#problem(path, `${step.kind} needs to be told what it wants, such as \`${step.kind}: { … }\``)
      return undefined
    }
    const { inventory, secret, subject } = this.#context
    const wants = hosts.map((host) => {
      const own = inventory.hosts.includes(host) ? inventory : { ...inventory, hosts: [...inventory.hosts, host] }
      const want = this.#unlessMissing(() => bind({ inventory: own, host, members: hosts, secret, subject }))
      return [host.name, want] as const
    })
    return new Map(wants.filter(([, want]) => want !== undefined))
  }

  /** A step without its secret is left out, so that the others can say what they lack. */
  #unlessMissing<Want>(bind: () => Want): Want | undefined {
    try {
      return bind()
    } catch (thrown) {
      if (!(thrown instanceof MissingSecretError)) throw thrown
      this.missing.push(thrown)
      return undefined
    }
  }

  #id(stage: string, kind: string): string {
    const base = `${stage}/${kind}`
    const n = this.#count.get(base) ?? 0
    this.#count.set(base, n + 1)
    return n === 0 ? base : `${base}#${n + 1}`
  }
}

function isOn(on: Stage["on"], { group }: Host): boolean {
  return on === "all" || group === on
}

function keeps(task: Task, only: readonly string[] | undefined): boolean {
  return only === undefined || only.includes(task.stage) || only.includes(task.step.kind)
}

function unknownOnly(only: readonly string[], tasks: readonly Task[]): HaopsError {
  const names = [...new Set(tasks.flatMap((task) => [task.stage, task.step.kind]))].sort()
  const near = nearest(only[0] ?? "", names)
  const hint = near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`
  return new HaopsError("E_INPUT", `no step or stage is called ${only.join(", ")}`, { hint })
}

/** A step done for all, or by all together, waits for all before it and stands alone: it changes what every later step would see. */
function barriersOf(tasks: readonly Task[]): readonly Barrier[] {
  const barriers: { stage: string; tasks: Task[] }[] = []
  for (const task of tasks) {
    const last = barriers.at(-1)
    const joins = last?.stage === task.stage && !isJoint(task.step) && last.tasks.every(({ step }) => !isJoint(step))
    if (joins) last.tasks.push(task)
    else barriers.push({ stage: task.stage, tasks: [task] })
  }
  return barriers
}
