import { Secret } from "../../base/secret.ts"
import { pacemakerOn } from "../../membership/nodes.ts"
import type { Action } from "../../model/action.ts"
import {
  defineClusterStep,
  type Finding,
  type Members,
  type PlannedSimulation,
  type Standing,
} from "../../model/step.ts"
import { beliefOf } from "../belief.ts"
import { changesOf } from "../changes.ts"
import type { Cib } from "../cib.ts"
import { CIB_ANSWER, type CibHave, cibProbe } from "../cib-probe.ts"
import { CIB_WANT, type CibWant, cibWant } from "../cib-want.ts"
import { chooseDialect } from "../dialects/dialect.ts"
import { type CibDiff, diffCib } from "../diff.ts"
import { driftOf } from "../drift.ts"
import { doubtful, insteadOf } from "../known-options.ts"
import { type LastApplied, type Ownership, ownershipOf, union } from "../ownership.ts"
import { mangledSecrets, withoutSecrets } from "../parameter-secrets.ts"
import { bansIn, keptOffRemotes } from "../remotes.ts"
import { allNames, namesIn, recorded, type SecretNames, secretNames } from "../secret-record.ts"
import { SETTLED } from "../settled.ts"
import { parseSimulation } from "../simulate.ts"
import { stoppedFirst } from "../taking-over.ts"
import { describeEdits, EDITED, STALE, simulationScript, transactionScript } from "../transaction.ts"

/** One pcs call takes half a second on an idle node; a loaded one must not be cut off in the middle of a transaction. */
const TRANSACTION_TIMEOUT_MS = 300_000
/** Resources that take longer to start than this have a start timeout of their own making. */
const SETTLE_TIMEOUT_MS = 120_000

const ADOPTED = "The records of what haops made name no cluster: they are taken for this one's"

/** Properties, defaults, resources and constraints of the cluster, changed in one transaction. */
export const cib = defineClusterStep<CibWant, CibHave>({
  kind: "cib",
  role: "transaction",
  answers: [CIB_ANSWER],
  summary: "properties, defaults, resources and constraints, in one transaction",
  want: CIB_WANT,
  needs: "any",
  bind: ({ inventory, host, secret }) => (pacemakerOn(inventory, host) ? cibWant(inventory, secret) : undefined),
  title: () => "cluster configuration",
  probe: ({ cluster, desired }) => cibProbe(cluster, doubtful(Object.keys(desired.sections.property))),
  elect: (_want, { cluster, cib }) => (cluster !== "up" ? 0 : cib.quorate ? 2 : 1),
  check: (want, members) => driftOf(difference(want, members).changes, members.elected.have.cluster !== "up"),
  findings,
  plan,
  standing,
  simulate,
})

function difference(want: CibWant, members: Members<CibHave>): CibDiff {
  const cib = seenCib(want, members)
  return diffCib(keptOffRemotes(want.desired, cib), cib, union(owned(members), bansIn(cib)))
}

function seenCib({ secrets = [], desired }: CibWant, members: Members<CibHave>): Cib {
  return withoutSecrets(members.elected.have.cib, secrets, remembered(members), desired.resources)
}

/** By the records of all, whether or not they are believed. */
function remembered({ all }: Members<CibHave>): SecretNames {
  return allNames(...all.map(({ have }) => have.lastApplied?.secrets))
}

function owned(members: Members<CibHave>): Ownership {
  return beliefOf(members).owned
}

function findings(want: CibWant, members: Members<CibHave>): readonly Finding[] {
  const { changes, conflicts } = difference(want, members)
  const told = [
    ...unknownOptions(want, members),
    ...mangledSecrets(want.secrets ?? [], members.elected.facts.versions.pacemaker),
    ...conflicts,
    ...beliefOf(members).findings,
  ]
  const { cluster, cib } = members.elected.have
  if (cluster !== "up" || cib.quorate || changes.length === 0) return told
  const quorum: Finding = {
    severity: "error",
    passing: true,
    message: "the cluster has no quorum, so its configuration is left as it is",
    hint: "Bring its other nodes back first; `haops status` names those that are missing.",
  }
  return [quorum, ...told]
}

/** pcs sets no property that pacemaker does not know; crmsh does, and it has no effect. */
function unknownOptions(want: CibWant, members: Members<CibHave>): readonly Finding[] {
  const { have, facts } = members.elected
  const { options } = have
  if (options === undefined) return []
  const set = changesOf(difference(want, members).changes, "set").filter(({ section }) => section === "property")
  const names = doubtful(set.map(({ name }) => name)).filter((name) => !options.has(name))
  const severity = chooseDialect(facts, want.shell).name === "crmsh" ? "warning" : "error"
  return names.map((name) => {
    const instead = insteadOf(name)
    const hint = instead === undefined ? "Take it out of pacemaker.properties." : `Write ${instead} instead.`
    const version = facts.versions.pacemaker ?? "of this node"
    return { severity, message: `pacemaker ${version} knows no property ${name}`, hint }
  })
}

function plan(want: CibWant, members: Members<CibHave>): readonly Action[] {
  const { elected } = members
  const edits = editsFor(want, members)
  const first = stoppedFirst(difference(want, members).changes)
  const claim = {
    epoch: elected.have.cib.version.epoch,
    ...(elected.have.identity === undefined ? {} : { cluster: elected.have.identity }),
    owned: union(owned(members), ownershipOf(want.desired)),
    ...recorded(allNames(secretNames(want.secrets ?? []), namesIn(elected.have.cib, remembered(members)))),
  }
  const script = (mark: LastApplied) => {
    const transaction = { edits, fingerprint: elected.have.fingerprint, claim: mark, first, secrets: want.secrets }
    return want.secrets === undefined ? transactionScript(transaction) : new Secret(transactionScript(transaction))
  }
  return [
    {
      type: "run",
      argv: ["sh", "-s"],
      stdin: script(claim),
      // The epoch grows with each word that pacemaker notes about itself; what was planned against is the fingerprint.
      sameAs: script({ ...claim, epoch: 0 }),
      timeoutMs: TRANSACTION_TIMEOUT_MS,
      staleCode: STALE,
      label: ["edit, verify, simulate and push the CIB in one transaction", ...describeEdits(edits, first)].join("\n"),
      transitions: parseSimulation,
      hint: "Nothing was pushed unless it says that a patch failed. Run haops again: it plans from what the cluster has now.",
    },
    {
      type: "wait",
      for: "the cluster to have done what the change asks for",
      script: SETTLED,
      timeoutMs: SETTLE_TIMEOUT_MS,
      hint: "`crm_mon -1rf` shows what it is still busy with, and what failed.",
    },
  ]
}

function standing(want: CibWant, members: Members<CibHave>): Standing {
  if (members.elected.have.cluster !== "up") return { headline: "no cluster runs yet" }
  const { foreign } = difference(want, members)
  const notes = [
    ...(foreign.length === 0 ? [] : [`Not ours, left alone: ${foreign.join(", ")}`]),
    ...(beliefOf(members).adopted ? [ADOPTED] : []),
  ]
  return notes.length === 0 ? {} : { notes }
}

function simulate(want: CibWant, members: Members<CibHave>): PlannedSimulation | undefined {
  if (members.elected.have.cluster !== "up") return undefined
  // The shell would refuse it in words of its own.
  if (unknownOptions(want, members).some(({ severity }) => severity === "error")) return undefined
  const { notes } = difference(want, members)
  return {
    script: simulationScript(editsFor(want, members)),
    parse: ({ stdout }) => ({ transitions: parseSimulation(stdout), notes }),
  }
}

function editsFor(want: CibWant, members: Members<CibHave>) {
  const { facts } = members.elected
  return chooseDialect(facts, want.shell).cib.edit(difference(want, members).changes, seenCib(want, members), EDITED)
}
