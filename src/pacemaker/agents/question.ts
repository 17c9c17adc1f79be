import type { Question } from "../../model/probe.ts"
import { changesOf } from "../changes.ts"
import type { CibHave } from "../cib-probe.ts"
import type { CibWant } from "../cib-want.ts"
import { diffCib } from "../diff.ts"
import { engineScript, enginesIn, parseEngines } from "../engines.ts"
import { ownershipOf } from "../ownership.ts"
import { withoutSecrets } from "../parameter-secrets.ts"
import { templateOf } from "../parts/template.ts"
import { agentName, metadataScript, parseAgents } from "./metadata.ts"

/**
 * Asks about the agents of resources that are to be made or changed, all of them at once; undefined where there are none, so that a run
 * which changes nothing asks nothing. Whose a resource is does not count here: the other members' records are not known yet.
 */
export function agentsQuestion(want: CibWant, have: CibHave): Question<CibHave> | undefined {
  if (have.cluster === "absent") return undefined
  const { desired, secrets = [] } = want
  const { changes } = diffCib(desired, withoutSecrets(have.cib, secrets), ownershipOf(desired))
  const changed = new Set([
    ...changesOf(changes, "create-resource").map(({ resource }) => resource.id),
    ...changesOf(changes, "update-resource").map((change) => change.have.id),
  ])
  const made = desired.resources.filter(({ id }) => changed.has(id))
  const agents = made.filter(({ agent }) => templateOf(agent) === undefined).map(({ agent }) => agentName(agent))
  const engines = enginesIn(changes)
  if (agents.length === 0 && engines.length === 0) return undefined
  return {
    script: [engineScript(engines), metadataScript([...new Set(agents)])].filter(Boolean).join("\n"),
    parse: ({ stdout }) => ({
      ...have,
      agents: parseAgents(stdout),
      ...(engines.length === 0 ? {} : { engines: parseEngines(stdout) }),
    }),
  }
}
