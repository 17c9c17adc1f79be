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
import { knownAgents } from "../agents/known.ts"
import { agentsQuestion } from "../agents/question.ts"
import { asNamed, clonedGroups, renamedClones, renamedGroups } from "../as-named.ts"
import { beliefOf } from "../belief.ts"
import { type Change, changesOf } from "../changes.ts"
import { type Cib, EMPTY_TEXT } from "../cib.ts"
import { CIB_ANSWER, type CibHave, cibProbe } from "../cib-probe.ts"
import { CIB_WANT, type CibWant, cibWant } from "../cib-want.ts"
import { describeEdit } from "../describe-edit.ts"
import { type CibDiff, diffCib } from "../diff.ts"
import { driftOf } from "../drift.ts"
import { editCib } from "../edit/edit-cib.ts"
import { markCib } from "../edit/mark-cib.ts"
import { countingLines } from "../fingerprint.ts"
import { doubtful } from "../known-options.ts"
import { type Ownership, ownershipOf, sameOwnership, union } from "../ownership.ts"
import { filledIn, mangledSecrets, withoutSecrets } from "../parameter-secrets.ts"
import { markOf } from "../record-mark.ts"
import { bansIn, keptOffRemotes } from "../remotes.ts"
import { allNames, namesIn, pairsOf, recorded, type SecretNames, secretNames } from "../secret-record.ts"
import { SETTLED } from "../settled.ts"
import { parseSimulation } from "../simulate.ts"
import { stoppedFirst } from "../taking-over.ts"
import { type Rewriting, STALE, simulationScript, transactionLabel, transactionScript } from "../transaction.ts"
import { heldBack } from "../watchdog.ts"
import { watchdogTimeout } from "../watchdog-timeout.ts"
import { writingFindings } from "../writing-findings.ts"
import { parseXml, xmlLines } from "../xml.ts"

/** A loaded node, and resources of another agent that have to stop first, must not be cut off in the middle of a transaction. */
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
  probe: (want) => ({
    ...cibProbe(
      want.cluster,
      doubtful(Object.keys(want.desired.sections.property)),
      watchdogTimeout(want.desired.sections.property) !== undefined,
    ),
    further: (have) => agentsQuestion(want, have),
  }),
  elect: (_want, { cluster, cib }) => (cluster !== "up" ? 0 : cib.quorate ? 2 : 1),
  check: (want, members) => driftOf(difference(want, members).changes, members.elected.have.cluster !== "up"),
  findings,
  plan,
  standing,
  simulate,
})

function difference(want: CibWant, members: Members<CibHave>): CibDiff {
  const cib = seenCib(want, members)
  const { desired } = heldBack(want.desired, members)
  return diffCib(keptOffRemotes(desired, cib), cib, union(owned(members), bansIn(cib)))
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
    ...writingFindings(changes, want, members),
    ...mangledSecrets(want.secrets ?? [], members.elected.facts.versions.pacemaker),
    ...conflicts,
    ...heldBack(want.desired, members).findings,
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

function plan(want: CibWant, members: Members<CibHave>): readonly Action[] {
  const { elected } = members
  const { changes } = difference(want, members)
  const now = owned(members)
  const wanted = ownershipOf(want.desired)
  const mark = sameOwnership(now, wanted) ? undefined : markOf(wanted)
  const edited = marked(edit(members, changes), mark)
  const { from, to } = filled(edited, want)
  const first = stoppedFirst(changes)
  const { mark: old, version } = elected.have.cib
  const { epoch, adminEpoch } = version
  // Whether it is pushed or not, it is about what the cluster has then.
  const marks = [...new Set([old, mark].filter((one) => one !== undefined))]
  const claim = {
    epoch,
    ...(adminEpoch === 0 ? {} : { admin: adminEpoch }),
    ...(marks.length === 0 ? {} : { marks }),
    ...(elected.have.identity === undefined ? {} : { cluster: elected.have.identity }),
    owned: union(now, wanted),
    ...recorded(allNames(secretNames(want.secrets ?? []), namesIn(elected.have.cib, remembered(members)))),
  }
  const transaction = { from, to, fingerprint: elected.have.fingerprint, claim, first }
  // The epoch grows with each word that pacemaker notes about itself; what was planned against is the fingerprint.
  const same = {
    ...transaction,
    from: "",
    to: [...countingLines(xmlLines(parseXml(to))), ...ofNodes(changes)].join("\n"),
    claim: { ...claim, epoch: 0 },
  }
  return [
    {
      type: "run",
      argv: ["sh", "-s"],
      stdin: new Secret(transactionScript(transaction)),
      sameAs: new Secret(transactionScript(same)),
      timeoutMs: TRANSACTION_TIMEOUT_MS,
      staleCode: STALE,
      label: transactionLabel(first),
      detail: describeEdit(edited, [...(want.secrets ?? []), ...pairsOf(remembered(members))]),
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

/** Nodes do not count where a plan is compared with another; what it changes in them does. */
function ofNodes(changes: readonly Change[]): readonly string[] {
  const parts = [...changesOf(changes, "create-part"), ...changesOf(changes, "update-part")].map(({ part }) => part)
  const gone = changesOf(changes, "delete-part").map(({ have }) => have)
  const said = [...parts.map((part) => ({ part })), ...gone.map((part) => ({ gone: part.id, part }))]
  return said.filter(({ part: { kind } }) => kind.startsWith("node ")).map((one) => JSON.stringify(one))
}

function standing(want: CibWant, members: Members<CibHave>): Standing {
  if (members.elected.have.cluster !== "up") return { headline: "no cluster runs yet" }
  const { foreign } = difference(want, members)
  const { cib } = members.elected.have
  const notes = [
    ...renamedClones(want.desired, cib).map(({ resource, name }) => `${resource} is cloned as ${name}, and goes by it`),
    ...renamedGroups(want.desired, cib).map(
      ({ usual, name }) => `Group ${usual} is called ${name} in the cluster, and goes by it`,
    ),
    ...clonedGroups(asNamed(want.desired, cib), cib).map(
      ({ group, name }) => `Group ${group} is cloned as ${name} by others`,
    ),
    ...(foreign.length === 0 ? [] : [`Not ours, left alone: ${foreign.join(", ")}`]),
    ...(beliefOf(members).adopted ? [ADOPTED] : []),
  ]
  return notes.length === 0 ? {} : { notes }
}

function simulate(want: CibWant, members: Members<CibHave>): PlannedSimulation | undefined {
  if (members.elected.have.cluster !== "up") return undefined
  const { changes, notes } = difference(want, members)
  const told = writingFindings(changes, want, members)
  // What is refused is not to be written, and the simulator would say so in words of its own.
  if (told.some(({ severity }) => severity === "error")) return undefined
  return {
    script: new Secret(simulationScript(filled(edit(members, changes), want))),
    parse: ({ stdout }) => ({ transitions: parseSimulation(stdout), notes }),
  }
}

/** The text of the CIB as it was read and as it is to be, with what stands for secrets that are new. */
function edit(members: Members<CibHave>, changes: readonly Change[]): Rewriting {
  const { cluster, cib, text } = members.elected.have
  const from = cluster === "up" ? text : EMPTY_TEXT
  return { from, to: editCib(from, changes, cib, knownAgents(members)) }
}

function marked({ from, to }: Rewriting, mark: string | undefined): Rewriting {
  return { from, to: mark === undefined ? to : markCib(to, mark) }
}

function filled({ from, to }: Rewriting, { secrets = [] }: CibWant): Rewriting {
  return { from, to: filledIn(to, secrets) }
}
