import { count, listing } from "../base/words.ts"
import { hostsOf } from "../model/inventory.ts"
import type { Observation } from "../status/observation.ts"
import { type Check, check, type Seen } from "./check.ts"

/** What every member of the pacemaker cluster must show; none where the inventory has no cluster. */
export function clusterChecks(seen: Seen): readonly Check[] {
  if (seen.inventory.pacemaker === undefined) return []
  return [membership(seen), quorum(seen), failedActions(seen), converged(seen), sameCib(seen), fencing(seen)]
}

function membership(seen: Seen): Check {
  const { answers, status } = seen
  const wanted = members(seen)
  const fails = reachedMembers(seen).flatMap((host) => {
    const view = answers.health(host)?.status
    if (view === undefined) return [`${host}: no cluster runs there`]
    const well = new Set(
      view.nodes.filter(({ online, pending, unclean }) => online && !pending && !unclean).map(({ name }) => name),
    )
    const missing = wanted.filter((name) => !well.has(name))
    return missing.length === 0 ? [] : [`${host} does not see ${listing(missing)} online`]
  })
  const rings = observed(seen, ({ quorum }) => quorum && `${quorum.ring} of ${quorum.members.join(", ")}`)
  const split = new Set(rings.map(({ value }) => value)).size > 1
  if (split)
    fails.push(`corosync's memberships differ: ${rings.map(({ host, value }) => `${host} ${value}`).join("; ")}`)
  if (rings.length === 0) fails.push("corosync answers on no node")
  const resting = status.nodes.filter(({ state }) => state === "standby" || state === "maintenance")
  const strangers = status.nodes.filter(({ known }) => !known)
  const evidence = [
    `${listing(reachedMembers(seen))} each see ${wanted.length} of ${wanted.length} online, ring ${rings[0]?.value}`,
  ]
  return check("membership", "every node agrees who is a member", evidence, {
    fails: [...unreachedMembers(seen), ...fails],
    warnings: [
      ...resting.map(({ name, state }) => `${name} is in ${state}`),
      ...strangers.map(({ name }) => `${name} is a member that the inventory does not name`),
    ],
  })
}

function quorum(seen: Seen): Check {
  const votes = observed(seen, (observation) => observation.quorum)
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

function failedActions({ answers }: Seen): Check {
  const title = "no action has failed"
  const speaker = answers.speaker()
  if (speaker === undefined) return check("failures", title, [], { fails: ["no node in the cluster could be asked"] })
  const fails = speaker.status.failures.map(({ operation, node, status, reason }) =>
    [`${operation} on ${node}`, status, reason].filter((word) => word !== "").join(": "),
  )
  return check("failures", title, [`crm_mon on ${speaker.host} lists none`], { fails })
}

/** The proof that `haops up` ends with, made again. */
function converged({ answers, assessments, status }: Seen): Check {
  const proof = assessments.find(({ task }) => task.step.kind === "converged")
  const title = "resources run where they should"
  if (proof === undefined || proof.error !== undefined || answers.speaker() === undefined) {
    return check("resources", title, [], { fails: [proof?.error?.message ?? "no node in the cluster could be asked"] })
  }
  const idle = status.resources.filter(({ state }) => state === "failed" || state === "stopped")
  const evidence = status.resources.map(({ id, nodes }) => `${id} on ${listing(nodes)}`)
  return check("resources", title, evidence, {
    fails: proof.drift.map(({ attribute, have, want }) => `${attribute}: ${have}, wanted ${want}`),
    warnings: idle.map(({ id, state }) => `${id} is ${state}`),
  })
}

function sameCib(seen: Seen): Check {
  const title = "every node holds the same configuration (CIB)"
  const copies = observed(seen, ({ cib }) => cib && `epoch ${cib.version}, sha256 ${cib.digest.slice(0, 12)}`)
  const silent = reachedMembers(seen).filter((host) => !copies.some((copy) => copy.host === host))
  const same = new Set(copies.map(({ value }) => value)).size === 1
  return check("cib", title, [`${copies[0]?.value} on ${listing(copies.map(({ host }) => host))}`], {
    fails: [
      ...unreachedMembers(seen),
      ...silent.map((host) => `${host} shows no CIB`),
      ...(same ? [] : copies.map(({ host, value }) => `${host}: ${value}`)),
    ],
  })
}

function fencing({ status }: Seen): Check {
  const title = "a failed node is fenced"
  const { fencing, noQuorumPolicy } = status.pacemaker ?? {
    fencing: { state: "unknown", devices: [] } as const,
    noQuorumPolicy: undefined,
  }
  const ignored =
    noQuorumPolicy === "ignore" ? ["no-quorum-policy is ignore: a part that is cut off goes on by itself"] : []
  switch (fencing.state) {
    case "on":
      return check("fencing", title, [`by ${listing(fencing.devices)}`], { warnings: ignored })
    case "off":
      return check("fencing", title, [], {
        warnings: ["fencing is OFF: a split brain would corrupt shared data (docs: fencing)", ...ignored],
      })
    case "no device":
      return check("fencing", title, [], {
        fails: ["fencing is on and there is no device: pacemaker starts nothing"],
        warnings: ignored,
      })
    case "unknown":
      return check("fencing", title, [], { fails: ["no node in the cluster could be asked"] })
  }
}

function members({ inventory }: Seen): readonly string[] {
  return inventory.pacemaker === undefined ? [] : hostsOf(inventory, inventory.pacemaker.on).map(({ name }) => name)
}

function reachedMembers(seen: Seen): readonly string[] {
  return members(seen).filter((host) => seen.answers.observation(host) !== undefined)
}

/** A node that could not be asked agrees with nobody. */
function unreachedMembers(seen: Seen): readonly string[] {
  return members(seen)
    .filter((host) => seen.answers.observation(host) === undefined)
    .map((host) => `${host} could not be asked`)
}

function observed<Value>(
  seen: Seen,
  pick: (observation: Observation) => Value | undefined,
): { host: string; value: Value }[] {
  return members(seen).flatMap((host) => {
    const observation = seen.answers.observation(host)
    const value = observation && pick(observation)
    return value === undefined ? [] : [{ host, value }]
  })
}
