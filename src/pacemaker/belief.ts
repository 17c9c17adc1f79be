import type { Finding } from "../base/events.ts"
import type { Members } from "../model/step.ts"
import type { CibHave } from "./cib-probe.ts"
import {
  type ClusterIdentity,
  currentOwnership,
  intersection,
  type LastApplied,
  NOTHING_OWNED,
  type Ownership,
  presentIn,
  sameOwnership,
} from "./ownership.ts"

/** What is ours in the cluster by the records on its members, and what is to be said of them. */
interface Belief {
  owned: Ownership
  findings: readonly Finding[]
  /** Records that name no cluster, from an older haops, are taken for this cluster's, as far as all of them agree. */
  adopted: boolean
}

/**
 * Whose records count. One of another cluster tells what was made there, and one that is ahead of the CIB tells of a history that was
 * given up: the cluster was founded anew, or its CIB restored from before. What it names may be somebody else's by now.
 */
export function beliefOf({ elected, all }: Members<CibHave>): Belief {
  const live = elected.have
  const records = all.flatMap(({ host, have: { lastApplied } }) =>
    lastApplied === undefined ? [] : [{ host, record: lastApplied }],
  )
  const doubts = records.map(({ host, record }) => ({ host, record, doubt: doubtOf(record, live) }))
  const believed = doubts.flatMap(({ record, doubt }) => (doubt === undefined ? [record] : []))
  const stamped = believed.filter(({ cluster }) => cluster !== undefined)
  if (live.identity === undefined || stamped.length > 0 || believed.length === 0) {
    const counting = live.identity === undefined ? believed : stamped
    const owned = currentOwnership(counting)
    return { owned, findings: findingsOf(doubts, live, owned), adopted: false }
  }
  const [first = NOTHING_OWNED, ...others] = believed.map(({ owned }) => owned)
  const owned = others.reduce(intersection, first)
  const findings = findingsOf(doubts, live, owned)
  const agree = others.every((one) => sameOwnership(one, first))
  return { owned, findings: agree ? findings : [...findings, disagreement()], adopted: true }
}

interface Doubted {
  host: string
  record: LastApplied
  doubt: Doubt | undefined
}

/** A host that was away while haops gave something up is as usual as that: it is told where its record names what is there and is not ours. */
function findingsOf(doubts: readonly Doubted[], { cib }: CibHave, owned: Ownership): readonly Finding[] {
  return doubts.flatMap(({ host, record, doubt }) => {
    if (doubt === undefined) return []
    const named = presentIn(cib, record.owned)
    const matters = doubt.usual !== true || !sameOwnership(named, intersection(named, owned))
    return matters ? [disbelieved(host, doubt.words)] : []
  })
}

interface Doubt {
  words: string
  /** It happens without anybody having put another configuration in place. */
  usual?: true
}

/** Why a record on a member of this cluster is not believed; undefined where it is. */
export function doubtOf(
  { cluster, epoch, admin = 0, marks }: LastApplied,
  { cluster: state, cib, identity }: Pick<CibHave, "cluster" | "cib" | "identity">,
): Doubt | undefined {
  if (cluster !== undefined && identity !== undefined && !isSame(cluster, identity))
    return { words: "is of another cluster" }
  if (state !== "up" || identity === undefined) return undefined
  const { mark, version } = cib
  if (mark !== undefined && marks?.includes(mark)) return undefined
  const { adminEpoch } = version
  // The epoch of what was put in its place may have gone past this one's by now.
  if (admin !== adminEpoch)
    return { words: `is of before another configuration was put in place (admin_epoch ${admin}, now ${adminEpoch})` }
  if (epoch > version.epoch)
    return { words: "is newer than the cluster's configuration, which was restored or recreated" }
  if (mark === undefined && marks !== undefined)
    return { words: "is of a configuration that the cluster has not any more, which was restored or recreated" }
  return mark === undefined ? undefined : { words: "is of another state of the cluster's configuration", usual: true }
}

/** An authkey can be changed in a cluster that stays the same. */
function isSame(a: ClusterIdentity, b: ClusterIdentity): boolean {
  return a.uuid !== undefined && b.uuid !== undefined ? a.uuid === b.uuid : a.key === b.key
}

function disbelieved(host: string, doubt: string): Finding {
  return {
    severity: "warning",
    message: `${host}'s record of what haops created ${doubt}: it is not used`,
    hint: "haops up writes it again. What haops created and is no longer in the inventory has to be removed by hand.",
  }
}

function disagreement(): Finding {
  return {
    severity: "warning",
    message:
      "the records of what haops created name no cluster and differ: only what is in all of them counts as its own",
    hint: "haops up writes them again, with the cluster's identity.",
  }
}
