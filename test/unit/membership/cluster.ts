import { readFileSync } from "node:fs"
import { Secret } from "../../../src/base/secret.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Pacemaker } from "../../../src/model/inventory.ts"
import type { ClusterStep, Member, Members } from "../../../src/model/step.ts"
import { context, facts, host, inventory } from "../step-harness.ts"

export { context, facts, inventory }

export const HOSTS = [
  host("controller1", "10.0.0.12"),
  host("controller2", "10.0.0.13"),
  host("controller3", "10.0.0.14"),
]

export const PACEMAKER: Pacemaker = {
  on: "controllers",
  shell: "auto",
  password: { from: "literal", value: new Secret("secret") },
  transport: "knet",
  totem: { token: "1000" },
  quorum: {},
  properties: {},
  resourceDefaults: {},
  operationDefaults: {},
  fencing: [],
  resources: [],
  constraints: [],
}

/** Three controllers with pacemaker. */
export const LAB = inventory(HOSTS, { pacemaker: PACEMAKER })

const CAPABILITIES: Record<string, readonly string[]> = {
  "0.10.8": ["cluster.create.separated-name-and-address"],
  "0.11.5": ["cluster.create.separated-name-and-address", "pcmk.resource.move.autoclean.default"],
  "0.12.0": [
    "cluster.create.separated-name-and-address",
    "pcmk.resource.move.autoclean.default",
    "pcmk.constraint.colocation.simple.options.score",
  ],
}

/** Facts of a node with this pcs; `none`: without. */
export function withPcs(pcs = "0.11.5", name = "controller1"): HostFacts {
  const { versions } = facts()
  if (pcs === "none") return facts({ host: name })
  return facts({ host: name, versions: { ...versions, pcs }, pcsCapabilities: new Set(CAPABILITIES[pcs] ?? []) })
}

/** A recorded file or answer of a real node. */
export function recorded(file: string): string {
  return readFileSync(new URL(`../../cases/membership/${file}`, import.meta.url), "utf8")
}

/** The members by host name, elected as the engine does; `missing` could not be asked. */
export function gather<Want, Have>(
  step: ClusterStep<Want, Have>,
  want: Want,
  haves: Readonly<Record<string, Have>>,
  { missing = [] as readonly string[], pcs = "0.11.5" } = {},
): Members<Have> {
  const all: Member<Have>[] = Object.entries(haves).map(([name, have]) => ({
    host: name,
    have,
    facts: withPcs(pcs, name),
  }))
  const score = (member: Member<Have>) => step.elect?.(want, member.have, member.facts) ?? 0
  const elected = all.reduce((best, member) => (score(member) > score(best) ? member : best))
  return { elected, all, missing }
}

/** Check, findings and plan of a cluster step at once. */
export function judgeAll<Want, Have>(step: ClusterStep<Want, Have>, want: Want, members: Members<Have>) {
  const drift = step.check(want, members)
  return {
    elected: members.elected.host,
    drift,
    findings: step.findings?.(want, members) ?? [],
    actions: drift.length > 0 ? step.plan(want, members, drift) : [],
  }
}

/** What a step wants of a host, by its own `bind`. */
export function bound<Want>(step: { bind?: (of: ReturnType<typeof context>) => Want | undefined }, of = LAB): Want {
  const [first] = of.hosts
  const want = first && step.bind?.(context(of, first))
  if (want === undefined) throw new Error("the step does not bind to this inventory")
  return want
}
