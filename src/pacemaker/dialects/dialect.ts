import type { HostFacts } from "../../model/host-facts.ts"
import type { CibCommands } from "./cib-commands.ts"
import { crmshCib } from "./crmsh-cib.ts"
import { MEMBERSHIP, type MembershipCommands } from "./membership-commands.ts"
import { pcsCib } from "./pcs-cib.ts"

type DialectName = keyof typeof MEMBERSHIP

/** How one cluster shell, at one stage of its history, spells what haops wants of it. */
export interface Dialect {
  name: DialectName
  cib: CibCommands
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
  return { name, cib: cibCommands(name, facts), membership: MEMBERSHIP[name] }
}

/** Within a generation of pcs, smaller steps are told apart by what it declares as well. */
function cibCommands(name: DialectName, { pcsCapabilities, versions }: HostFacts): CibCommands {
  if (name === "crmsh") return crmshCib(knowsPromoted(versions.pacemaker))
  const newest = name === "pcs-0.12"
  return pcsCib({
    defaultsUpdate: newest || pcsCapabilities.has("pcmk.properties.resource-defaults.multiple"),
    cloneMetaKeyword: newest,
    createFuture: newest && (pcsCapabilities.size === 0 || pcsCapabilities.has("pcmk.resource.create.meta.future")),
    scoreOption: newest,
    deleteMany: newest,
    promotedRoles: newest || name === "pcs-0.11",
    masters: name === "pcs-0.9",
  })
}

/** From pacemaker 2.1 a CIB may say `Promoted`; crmsh hands it on as it is. */
function knowsPromoted(pacemaker: string | undefined): boolean {
  const [major = 3, minor = 0] = (pacemaker ?? "3.0").split(".").map(Number)
  return major > 2 || (major === 2 && minor >= 1)
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
