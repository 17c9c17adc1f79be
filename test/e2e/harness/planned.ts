import { expect } from "vitest"
import type { Lab } from "./lab.ts"

/** What `haops plan --json` says, in the parts that tests compare. */
export interface Planned {
  code: number | null
  /** `host: attribute: have -> want`, one for each difference, in the plan's order. */
  drift: readonly string[]
  /** The actions of all steps, each once, in the plan's order. */
  actions: readonly string[]
  risk: string
  notes: readonly string[]
  /** Of severity `error`. */
  refusals: readonly string[]
  /** Of severity `warning`, as `host: message`. */
  warnings: readonly string[]
  transitions: readonly { resource: string; action: string; node?: string }[]
  /** Why steps cannot be done now. */
  blocked: readonly string[]
}

interface Document {
  plan: {
    risk: string
    notes: string[]
    findings: { host: string; finding: { severity: string; message: string } }[]
    transitions: { resource: string; action: string; node?: string }[]
    stages: {
      stage: string
      steps: {
        host: string
        drift: { attribute: string; have: string; want: string }[]
        actions: string[]
        blocked?: string
      }[]
    }[]
  }
}

/** Runs `haops plan --json` by that inventory and reads its document. Throws where there is none. */
export async function planned(lab: Pick<Lab, "haops">, inventory = "inventory.yaml"): Promise<Planned> {
  const { code, stdout, stderr } = await lab.haops(["plan", "--json", "-i", inventory])
  const { plan } = parse(stdout, stderr)
  const steps = plan.stages.flatMap((stage) => stage.steps)
  return {
    code,
    drift: steps.flatMap(({ host, drift }) =>
      drift.map(({ attribute, have, want }) => `${host}: ${attribute}: ${have} -> ${want}`),
    ),
    actions: [...new Set(steps.flatMap(({ actions }) => actions))],
    risk: plan.risk,
    notes: plan.notes,
    refusals: plan.findings.flatMap(({ finding: { severity, message } }) => (severity === "error" ? [message] : [])),
    warnings: plan.findings.flatMap(({ host, finding: { severity, message } }) =>
      severity === "warning" ? [`${host}: ${message}`] : [],
    ),
    transitions: plan.transitions,
    blocked: steps.flatMap(({ blocked }) => (blocked === undefined ? [] : [blocked])),
  }
}

/** Expects just this drift, in any order, as `attribute: have -> want`: what one member does for all may be told of any host. */
export function expectDrift({ drift }: Pick<Planned, "drift">, foretold: readonly (string | RegExp)[]): void {
  const told = drift.map((one) => one.replace(/^[^:]*: /, ""))
  expect(told, told.join("\n")).toHaveLength(foretold.length)
  for (const one of foretold) expect(told).toContainEqual(typeof one === "string" ? one : expect.stringMatching(one))
}

function parse(stdout: string, stderr: string): Document {
  const document = stdout.startsWith("{") ? (JSON.parse(stdout) as Partial<Document>) : {}
  if (document.plan === undefined) throw new Error(`haops plan made no plan\n${stdout}\n${stderr}`)
  return { plan: document.plan }
}
