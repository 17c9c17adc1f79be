import type * as z from "zod"
import type { Drift } from "../../base/events.ts"
import { pacemakerOn } from "../../membership/nodes.ts"
import type { Action } from "../../model/action.ts"
import { defineStep } from "../../model/step.ts"
import { doubtOf } from "../belief.ts"
import { type CibHave, cibProbe } from "../cib-probe.ts"
import { desiredCib } from "../desired.ts"
import {
  countOwned,
  formatLastApplied,
  fromLists,
  LAST_APPLIED,
  LAST_APPLIED_FILE,
  type LastApplied,
  NOTHING_OWNED,
  OWNED_LISTS,
  ownershipOf,
  presentIn,
  SECRET_NAMES,
  STATE_DIRECTORY,
  sameOwnership,
  toLists,
  union,
} from "../ownership.ts"
import { allNames, namesIn, recorded, sameNames, secretNames } from "../secret-record.ts"

const want = OWNED_LISTS.extend({
  secrets: SECRET_NAMES.optional().describe("By resource: names of its parameters that are secrets."),
})

type Want = z.infer<typeof want>

/** On every node: which objects of the CIB haops made, so that it removes those alone when the inventory names them no more. */
export const cibRecord = defineStep<Want, CibHave>({
  kind: "cib-record",
  summary: "a record on every node of what haops created in the cluster",
  want,
  bind({ inventory, host }) {
    const desired = pacemakerOn(inventory, host) && desiredCib(inventory)
    if (desired === undefined) return undefined
    const secrets = desired.resources.flatMap(({ id, secrets: own = {} }) =>
      Object.keys(own).map((name) => ({ resource: id, name })),
    )
    return { ...toLists(ownershipOf(desired)), ...recorded(secretNames(secrets)) }
  },
  title: () => "record of the cluster configuration",
  probe: () => cibProbe(),
  check,
  plan(want, have): readonly Action[] {
    const content = formatLastApplied(target(want, have))
    return [
      { type: "run", argv: ["install", "-d", "-m", "700", STATE_DIRECTORY] },
      { type: "put", content, ...LAST_APPLIED_FILE },
    ]
  },
})

/**
 * What the inventory names, and what is still there of what it named before: where the transaction was blocked, nothing that
 * haops made may be forgotten. Such a record keeps its age, so that newer ones go before it. One that is not believed, or names no
 * cluster, is written anew.
 */
function target(want: Want, have: CibHave): LastApplied {
  const { cluster, cib, identity } = have
  const wanted = fromLists(want)
  const lastApplied = flawOf(have) === undefined ? have.lastApplied : undefined
  const old = lastApplied?.owned ?? NOTHING_OWNED
  const owned = union(wanted, cluster === "up" ? presentIn(cib, old) : old)
  const isExact = cluster === "up" && sameOwnership(owned, wanted)
  const epoch = isExact ? cib.version.epoch : (lastApplied?.epoch ?? 0)
  // Whoever is not believed for what is haops's own is for what is secret: nothing is shown that may be one.
  const known = have.lastApplied?.secrets ?? {}
  const secrets = allNames(want.secrets, cluster === "up" ? namesIn(cib, known) : known)
  const marks = cluster === "up" ? (cib.mark === undefined ? undefined : [cib.mark]) : lastApplied?.marks
  const admin = cluster === "up" ? cib.version.adminEpoch : (lastApplied?.admin ?? 0)
  return {
    epoch,
    ...(admin === 0 ? {} : { admin }),
    ...(marks === undefined ? {} : { marks }),
    ...(identity === undefined ? {} : { cluster: identity }),
    owned,
    ...recorded(secrets),
  }
}

/** Where the cluster does not run there is nothing to judge a record by, and nothing to write it for. */
function flawOf(have: CibHave): string | undefined {
  const { cluster, identity, lastApplied } = have
  if (cluster !== "up" || identity === undefined || lastApplied === undefined) return undefined
  return doubtOf(lastApplied, have)?.words ?? (lastApplied.cluster === undefined ? "names no cluster" : undefined)
}

function check(want: Want, have: CibHave): readonly Drift[] {
  const { owned, marks, secrets } = target(want, have)
  const old = have.lastApplied?.owned
  const unnamed = sameNames(secrets, have.lastApplied?.secrets) ? undefined : "names other secret parameters"
  // Of a change that was made since, or cut short.
  const twofold = have.cluster === "up" && (have.lastApplied?.marks ?? []).length > (marks ?? []).length
  const flaw = flawOf(have) ?? unnamed ?? (twofold ? "is of a change that was on its way" : undefined)
  if (old && flaw === undefined && sameOwnership(owned, old)) return []
  const objects = (count: number) => `${count} ${count === 1 ? "object" : "objects"}`
  return [
    {
      attribute: LAST_APPLIED,
      have: old ? (flaw ?? objects(countOwned(old))) : "absent",
      want: objects(countOwned(owned)),
      risk: "none",
      ...(have.cluster === "up" ? {} : { expected: true }),
    },
  ]
}
