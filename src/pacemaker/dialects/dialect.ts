import type { HostFacts } from "../../model/host-facts.ts"
import { MEMBERSHIP, type MembershipCommands } from "./membership-commands.ts"

type DialectName = keyof typeof MEMBERSHIP

/** How one cluster shell, at one stage of its history, spells what haops wants of membership. */
export interface Dialect {
  name: DialectName
  membership: MembershipCommands
}

/** Capabilities that mark a generation of pcs, newest first. */
const MARKS: readonly [capability: string, name: DialectName][] = [
  ["pcmk.constraint.colocation.simple.options.score", "pcs-0.12"],
  ["pcmk.resource.move.autoclean.default", "pcs-0.11"],
  ["cluster.create.separated-name-and-address", "pcs-0.10"],
]

/**
 * The dialect of a node, by what its pcs declares that it can do. Where nothing is installed yet, the newest one: that
 * is good enough to show a plan, and the real one is chosen again once the packages are there.
 */
export function chooseDialect(facts: HostFacts, shell: "pcs" | "crmsh" | "auto"): Dialect {
  const name = dialectName(facts, shell)
  return { name, membership: MEMBERSHIP[name] }
}

function dialectName(
  { pcsCapabilities, versions }: Pick<HostFacts, "pcsCapabilities" | "versions">,
  shell: "pcs" | "crmsh" | "auto",
): DialectName {
  const onlyCrmsh = versions.pcs === undefined && versions.crmsh !== undefined
  if (shell === "crmsh" || (shell === "auto" && onlyCrmsh)) return "crmsh"
  if (versions.pcs === undefined) return "pcs-0.12"
  return MARKS.find(([capability]) => pcsCapabilities.has(capability))?.[1] ?? "pcs-0.9"
}
