import { driftSentence } from "../../base/drift-words.ts"
import { count, listing } from "../../base/words.ts"
import { QUORUM } from "../../corosync/quorum-observed.ts"
import { type Check, check } from "../../model/check.ts"
import { obstacles } from "../../model/obstacles.ts"
import type { Seen } from "../../model/view.ts"
import { strayAuthkeys } from "../../pacemaker/authkeys.ts"
import { CIB_ANSWER } from "../../pacemaker/cib-probe.ts"
import { HEALTH } from "../health.ts"
import { referenceView } from "../reference-view.ts"
import { converged } from "../steps/converged.ts"
import { leftBehind } from "./left-behind.ts"
import { memberNames, reachedMembers, shownByMembers, unreachedMembers } from "./members.ts"
import { nodesStatus } from "./node-status.ts"
import { resourceStatus } from "./resource-status.ts"

/** What every member of the cluster must show; none where the inventory has no cluster. */
export function checks(seen: Seen): readonly Check[] {
  if (seen.look.inventory.pacemaker === undefined) return []
  return [membership(seen), quorum(seen), failedActions(seen), resources(seen)]
}

function membership(seen: Seen): Check {
  const { look } = seen
  const wanted = memberNames(look)
  const fails = reachedMembers(look).flatMap((host) => {
    const view = look.answer(HEALTH, host)?.status
    if (view === undefined) return [`${host}: no cluster runs there`]
    const well = new Set(
      view.nodes.filter(({ online, pending, unclean }) => online && !pending && !unclean).map(({ name }) => name),
    )
    const missing = wanted.filter((name) => !well.has(name))
    return missing.length === 0 ? [] : [`${host} does not see ${listing(missing)} online`]
  })
  const rings = shownByMembers(look, QUORUM).map(({ host, value: { ring, members } }) => {
    return { host, value: `${ring} of ${members.join(", ")}` }
  })
  const split = new Set(rings.map(({ value }) => value)).size > 1
  if (split)
    fails.push(`corosync's memberships differ: ${rings.map(({ host, value }) => `${host} ${value}`).join("; ")}`)
  if (rings.length === 0) fails.push("corosync answers on no node")
  const files = reachedMembers(look).flatMap((host) => {
    const have = look.answer(CIB_ANSWER, host)
    return have === undefined ? [] : [{ host, have }]
  })
  fails.push(...strayAuthkeys(files))
  const nodes = nodesStatus(look)
  const strangers = nodes.filter(({ known }) => !known)
  const evidence = [
    `${listing(reachedMembers(look))} each see ${wanted.length} of ${wanted.length} online, ring ${rings[0]?.value}`,
  ]
  return check("membership", "every node agrees who is a member", evidence, {
    fails: [...unreachedMembers(look), ...fails],
    warnings: [
      ...leftBehind(look).resting,
      ...strangers.map(({ name }) => `${name} is a member that the inventory does not name`),
    ],
  })
}

function quorum(seen: Seen): Check {
  const votes = shownByMembers(seen.look, QUORUM)
  const fails = votes.flatMap(({ host, value }) =>
    value.quorate ? [] : [`${host} has no quorum: ${value.votes} of ${value.expected} votes, ${value.needed} needed`],
  )
  const [first] = votes
  if (first === undefined)
    return check("quorum", "the cluster has quorum", [], { fails: ["corosync answers on no node"] })
  const { votes: there, expected, needed, survives } = first.value
  const survival = survives === 0 ? "survives no failure" : `survives ${count(survives, "failure")}`
  const evidence = `${there} of ${expected} votes, ${needed} needed, ${survival}`
  const silent = votes.flatMap(({ host, value }) => (value.deviceVotes === 0 ? [host] : []))
  return check("quorum", "the cluster has quorum", [evidence], {
    fails,
    warnings: [
      ...(survives === 0 ? [evidence] : []),
      ...(silent.length === 0
        ? []
        : [`the quorum device has no vote, as ${listing(silent)} ${silent.length === 1 ? "sees" : "see"} it`]),
    ],
  })
}

function failedActions({ look }: Seen): Check {
  const title = "no action has failed"
  const reference = referenceView(look)
  if (reference === undefined) return check("failures", title, [], { fails: ["no node in the cluster could be asked"] })
  const fails = leftBehind(look).failures
  return check("failures", title, [`crm_mon on ${reference.host} lists none`], { fails })
}

/** The proof that `haops up` ends with, made again. */
function resources({ look, assessed }: Seen): Check {
  const [proof] = assessed(converged)
  const title = "resources run where they should"
  const refused = proof === undefined ? [] : obstacles(proof)
  if (proof === undefined || proof.error !== undefined || referenceView(look) === undefined) {
    const fails = refused.length > 0 ? refused : ["no node in the cluster could be asked"]
    return check("resources", title, [], { fails })
  }
  const shown = resourceStatus(look)
  const idle = shown.filter(({ state }) => state === "failed" || state === "stopped")
  const evidence = shown.map(({ id, nodes }) => `${id} on ${listing(nodes)}`)
  return check("resources", title, evidence, {
    fails: [...refused, ...proof.drift.map(driftSentence)],
    warnings: [
      ...idle.map(({ id, state }) => `${id} is ${state}`),
      ...leftBehind(look).resources,
      ...proof.findings.flatMap(({ severity, message }) => (severity === "warning" ? [message] : [])),
    ],
  })
}
