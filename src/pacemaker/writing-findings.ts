import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import { boothOf } from "../booth/resources.ts"
import type { Member, Members } from "../model/step.ts"
import { agentFindings } from "./agents/check.ts"
import type { PlaceOf } from "./agents/checked.ts"
import { knownAgents } from "./agents/known.ts"
import { agentName } from "./agents/metadata.ts"
import { type Change, changesOf } from "./changes.ts"
import type { Cib } from "./cib.ts"
import type { CibHave } from "./cib-probe.ts"
import type { CibWant } from "./cib-want.ts"
import { engineFindings } from "./engines.ts"
import { mangledValues } from "./kept-values.ts"
import { doubtful, insteadOf } from "./known-options.ts"
import { fencePackage } from "./packages.ts"
import { schemaFindings } from "./schema-check.ts"
import { isHaproxy, VIP_AGENT } from "./section/vip-resources.ts"

/** What agents and the CIB's schema have against what is to be written, before anything is. */
export function writingFindings(
  changes: readonly Change[],
  { desired: { resources }, placeOf = nameAlone }: CibWant,
  { elected, all }: Pick<Members<CibHave>, "elected" | "all">,
): readonly Finding[] {
  const { cib } = elected.have
  const agents = knownAgents({ elected, all })
  return [
    ...unknownOptions(changes, elected),
    ...absences(changes, all, placeOf),
    ...engineFindings(changes, all),
    ...agentFindings(changes, { resources, agents, ids: staying(cib, changes), placeOf }),
    ...schemaFindings(changes, { schema: cib.schema, resources, placeOf }),
    ...mangledValues(changes, { pacemaker: elected.facts.versions.pacemaker, placeOf }),
  ]
}

/** Agents of haops's own resources come with packages that it installs, maybe in this very run. */
function absences(changes: readonly Change[], all: readonly Member<CibHave>[], placeOf: PlaceOf): readonly Finding[] {
  const made = changesOf(changes, "create-resource").map(({ resource }) => resource)
  return made
    .filter((one) => !isHaproxy(one) && one.agent !== VIP_AGENT && boothOf(one) === undefined)
    .flatMap(({ id, agent }): Finding[] => {
      const lacking = all.filter(({ have }) => have.agents?.get(agentName(agent)) === "absent")
      if (lacking.length === 0) return []
      const runs = lacking.some(({ have }) => have.cluster === "up")
      const hosts = lacking.map(({ host }) => host)
      const message = `${placeOf(id)} ${id}: ${listing(hosts)} ${hosts.length === 1 ? "has" : "have"} no agent ${agent}`
      const isNowhere = runs && lacking.length === all.length
      const coming = isNowhere ? comingWith(agent, lacking) : undefined
      const found = `Install the package that has it; crm_resource --list-agents ${listed(agent)} shows which are there.`
      const hint = coming === undefined ? found : `It is to come with the package ${coming}, which is installed before.`
      return [{ severity: isNowhere && coming === undefined ? "error" : "warning", message, hint }]
    })
}

/** The package by which all of them get a fence agent in this very run. */
function comingWith(agent: string, lacking: readonly Member<CibHave>[]): string | undefined {
  if (!agent.startsWith("stonith:")) return undefined
  const names = lacking.map(({ facts }) => fencePackage(facts, agent))
  return names.every((name) => name !== undefined) ? names[0] : undefined
}

/** Pacemaker takes a property that it does not know, which then has no effect. */
function unknownOptions(changes: readonly Change[], { have, facts }: Member<CibHave>): readonly Finding[] {
  const { options } = have
  if (options === undefined) return []
  const set = changesOf(changes, "set").filter(({ section }) => section === "property")
  const names = doubtful(set.map(({ name }) => name)).filter((name) => !options.has(name))
  return names.map((name) => {
    const instead = insteadOf(name)
    const hint = instead === undefined ? "Take it out of pacemaker.properties." : `Write ${instead} instead.`
    const version = facts.versions.pacemaker ?? "of this node"
    return { severity: "error", message: `pacemaker ${version} knows no property ${name}`, hint }
  })
}

/** Every id of the configuration but those of operations that go with their resource. */
function staying({ ids }: Cib, changes: readonly Change[]): ReadonlySet<string> {
  const deleted = changesOf(changes, "delete-resource").flatMap(({ have }) => have.operations)
  const going = new Set(deleted.map(({ id }) => id))
  return new Set([...ids].filter((id) => !going.has(id)))
}

const nameAlone: PlaceOf = () => "resource"

function listed(agent: string): string {
  return agent.split(":").slice(0, -1).join(":")
}
