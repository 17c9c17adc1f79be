import { listing } from "../base/words.ts"
import { IF_IT_HANGS } from "./node/last-word.ts"
import { type GaleraState, ZERO } from "./node/state.ts"

/** What a member is doing. */
export type Phase =
  /** It serves with a majority, and has all of its data. */
  | "synced"
  /** It is in the primary component, and sends data, or catches up. */
  | "primary"
  /** It runs and has no majority. */
  | "cut off"
  /** It runs as a server of its own. */
  | "alone"
  /** All data is on its way to it. */
  | "transfer"
  /** It starts, or waits for others, without limit. */
  | "waiting"
  | "down"

export interface Seen {
  host: string
  have: GaleraState
}

/** What is to be done about a cluster none of whose members serves. */
export type Decision =
  /** Nothing: a member serves, whom others join; or there is no server yet. */
  | { act: "none" }
  | { act: "wait"; hosts: readonly string[] }
  /** All at once: they form the last primary view again by themselves. */
  | { act: "start"; hosts: readonly string[] }
  /** Stopped, so that their positions can be read. */
  | { act: "read"; hosts: readonly string[] }
  /** `says`: what was found, for people. */
  | { act: "found"; host: string; fresh: boolean; says: string }
  | { act: "refuse"; why: string; hint: string }

/** What the operator has said of members that are done without. */
interface Word {
  /** Another one is gone for good, so that nobody waits for the view that it was in. */
  given?: boolean | undefined
  /** Those of them that answered all the same and have data, and where it ends: `UUID:SEQNO`, or `unknown`. */
  ends?: ReadonlyMap<string, string> | undefined
}

/** Pure. The members are in the inventory's order, which settles a tie; `missing` are those that could not be asked. */
export function decide(members: readonly Seen[], missing: readonly string[], word: Word = {}): Decision {
  const serving = members.filter(({ have }) => isPrimary(have))
  const clusters = new Set(serving.map(({ have }) => have.status?.cluster_state_uuid))
  if (clusters.size > 1) {
    const each = serving.map(({ host, have }) => `${host}: ${have.status?.cluster_state_uuid}`)
    return refuse(`there are ${clusters.size} clusters (${each.join(", ")})`, BY_HAND)
  }
  if (clusters.has(ZERO)) return refuseNameless(serving)
  const mixed = mixedData(members)
  if (mixed !== undefined) return mixed
  if (serving.length > 0 || members.every(({ have }) => !have.installed)) return { act: "none" }
  const sending = named(members, (have) => phaseOf(have) === "transfer")
  if (sending.length > 0) return { act: "wait", hosts: sending }
  if (missing.length > 0) return refuseWithout(members, missing)
  const withData = members.filter(({ have }) => have.uuid !== undefined)
  const interrupted = named(members, wasInterrupted)
  if (withData.length > 0) return recover(withData, interrupted, word)
  if (word.ends !== undefined && word.ends.size > 0) return refuseEmpty(word.ends)
  return interrupted.length > 0 ? refuseInterrupted(interrupted) : foundFresh(members)
}

/** Pure. What a member is doing, from what it is. */
export function phaseOf({ unit, status, transfer }: GaleraState): Phase {
  if (status !== undefined) {
    const { cluster_status, local_state_comment, ready } = status
    if (cluster_status === "Primary") return local_state_comment === "Synced" && ready === "ON" ? "synced" : "primary"
    return cluster_status === undefined || (cluster_status === "Disconnected" && status.cluster_size === "0")
      ? "alone"
      : "cut off"
  }
  if (transfer) return "transfer"
  return ["active", "activating", "deactivating", "reloading"].includes(unit.active) ? "waiting" : "down"
}

export function isPrimary(have: GaleraState): boolean {
  const phase = phaseOf(have)
  return phase === "synced" || phase === "primary"
}

/** Pure. The higher, the rather a cluster is founded on it: the same order as `decide` has, of what is known of one member alone. */
export function preference(have: GaleraState): number {
  const position = positionOf("", have.position ?? "")
  if (position !== undefined && position.uuid === have.uuid) return position.seqno + 1
  return hasOwnData(have) ? 0.5 : 0
}

/**
 * It has databases and is of no cluster: whoever joins loses what he has. The state file of one that serves has no UUID while DDL is
 * applied, nor has that of one to which all data is on its way.
 */
export function hasOwnData(have: GaleraState): boolean {
  return isOfNoCluster(have) && !wasInterrupted(have)
}

/**
 * A member that was killed while DDL was applied, or all data was on its way to it: it has seen a primary view, and its state file has no
 * UUID. Its data is of no known state; from others it gets all of it.
 */
export function wasInterrupted(have: GaleraState): boolean {
  return isOfNoCluster(have) && have.remembers && phaseOf(have) !== "alone"
}

function isOfNoCluster(have: GaleraState): boolean {
  return have.uuid === undefined && have.databases.length > 0 && !isPrimary(have) && phaseOf(have) !== "transfer"
}

function mixedData(members: readonly Seen[]): Decision | undefined {
  const uuids = new Map(members.flatMap(({ host, have: { uuid } }) => (uuid === undefined ? [] : [[host, uuid]])))
  if (new Set(uuids.values()).size > 1) {
    const each = [...uuids].map(([host, uuid]) => `${host}: ${uuid}`)
    return refuse(`the members have data of different clusters (${each.join(", ")})`, BY_HAND)
  }
  const own = members.filter(({ have }) => hasOwnData(have))
  const [first] = own
  if (first === undefined || (own.length === 1 && uuids.size === 0 && !members.some(({ have }) => isPrimary(have))))
    return undefined
  const each = own.map(({ host, have }) => `${host}: ${listing(have.databases, 4)}`)
  const message = `databases would be lost: ${each.join("; ")}, which no cluster has, and who joins one takes over its data`
  return refuse(
    message,
    "Dump them and load them into the cluster, or, if they are of no use, drop them; then run haops again.",
  )
}

function foundFresh(members: readonly Seen[]): Decision {
  const host = (members.find(({ have }) => hasOwnData(have)) ?? members[0])!.host
  const waiting = named(members, (have) => phaseOf(have) === "waiting")
  // It serves as a server of its own soon, or gives up.
  if (waiting.length > 0) return { act: "wait", hosts: waiting }
  return { act: "found", host, fresh: true, says: "no member has data of a cluster" }
}

/** Those that were interrupted are members of the last view all the same. */
function recover(withData: readonly Seen[], interrupted: readonly string[], { given = false, ends }: Word): Decision {
  const untried = withData.filter(({ have }) => !have.tried && have.position === undefined)
  if (!given && untried.length > 0 && withData.some(({ have }) => have.remembers)) {
    return { act: "start", hosts: [...withData.map(({ host }) => host), ...interrupted] }
  }
  const silent = named(withData, (have) => phaseOf(have) === "waiting" && have.unit.active === "active")
  if (silent.length > 0) return refuseSilent(silent)
  const unread = withData.filter(({ have }) => have.position === undefined || phaseOf(have) !== "down")
  if (unread.length > 0) return { act: "read", hosts: unread.map(({ host }) => host) }
  const what = byPosition(withData, ends)
  if (what.act !== "found" || interrupted.length === 0) return what
  return { ...what, says: `${what.says}; ${listing(interrupted)} ${INTERRUPTED}, and will get all data` }
}

const INTERRUPTED = "stopped in the middle of DDL or of getting all data"

interface Position {
  host: string
  uuid: string
  seqno: number
}

function byPosition(withData: readonly Seen[], ends: ReadonlyMap<string, string> = new Map()): Decision {
  const positions = withData.map(({ host, have }) => positionOf(host, have.position ?? ""))
  const unknown = withData.filter((_, at) => positions[at] === undefined).map(({ host }) => host)
  if (unknown.length > 0) {
    const why = `the position of ${listing(unknown)} is not known: founding without it could lose what only that member has`
    return refuse(
      why,
      "On it: runuser -u mysql -- galera_recovery says why. If its data is lost, empty its data directory, or run haops galera recover --without NODE.",
    )
  }
  const known = positions.flatMap((one) => one ?? [])
  const strange = known.filter(({ uuid }, at) => uuid !== withData[at]?.have.uuid)
  if (strange.length > 0) {
    const each = strange.map(({ host, uuid }) => `${host}: ${uuid}`)
    return refuse(`data and state file are of different clusters (${each.join(", ")})`, BY_HAND)
  }
  const best = known.reduce((first, one) => (one.seqno > first.seqno ? one : first))
  const gone = [...ends].flatMap(([host, text]) => positionOf(host, text) ?? [])
  const foreign = gone.filter(({ uuid }) => uuid !== best.uuid)
  if (foreign.length > 0) return refuseForeign(foreign, best)
  const ahead = gone.filter(({ uuid, seqno }) => uuid === best.uuid && seqno > best.seqno)
  if (ahead.length > 0) return refuseAhead(ahead, known)
  return { act: "found", host: best.host, fresh: false, says: comparison(best, known) }
}

/** Taken for lost, it has data that was never the others': which of the two is the cluster's nobody but people can say. */
function refuseForeign(foreign: readonly Position[], { host, uuid }: Position): Decision {
  const each = foreign.map((one) => `${one.host}: ${one.uuid}`)
  return refuse(`members have data of different clusters (${each.join(", ")}; ${host}: ${uuid})`, BY_HAND)
}

/**
 * Members that were all killed while DDL was applied have no UUID in their state files; systemd starts them, they form their last view
 * again without comparing what they have, and serve. Whoever leaves such a cluster is not let in again (seen on MariaDB 10.11).
 */
function refuseNameless(serving: readonly Seen[]): Decision {
  const most = serving.reduce((first, one) => (one.have.clients > first.have.clients ? one : first)).host
  return refuse(
    "the cluster has no UUID: its members were all killed in the middle of DDL, and have formed one anew without comparing their data. One that leaves it cannot come back",
    `Compare what they have, and keep that of one, such as ${most}, where the clients are. On each other one: systemctl stop mariadb, and move its /var/lib/mysql away; last on ${most}: systemctl stop mariadb. Then haops up founds the cluster on ${most}, and the others get all data.`,
  )
}

/** Taken for lost, it has what nobody else has. */
function refuseAhead(ahead: readonly Position[], known: readonly Position[]): Decision {
  const figures = (all: readonly Position[]) => all.map(({ host, seqno }) => `${host} ${seqno}`).join(", ")
  const they = ahead.length === 1 ? "answers and is" : "answer and are"
  const why = `${listing(ahead.map(({ host }) => host))} ${they} ahead (${figures(ahead)}; ${figures(known)}): what the others have not would be lost`
  return refuse(why, LEAVE_OUT)
}

/** Taken for lost, it alone has data. */
function refuseEmpty(ends: ReadonlyMap<string, string>): Decision {
  const each = [...ends].map(([host, text]) => {
    const seqno = positionOf(host, text)?.seqno
    return `${host} answers and has data (${seqno === undefined ? "position unknown" : `seqno ${seqno}`})`
  })
  const why = `${each.join(", ")}, and no other member has any: the cluster would be founded without it`
  return refuse(why, LEAVE_OUT)
}

const LEAVE_OUT = "Leave it out of --without: then the cluster is founded on it."

function positionOf(host: string, text: string): Position | undefined {
  const match = /^([0-9a-f-]{36}):(\d+)$/.exec(text)
  if (match === null || /^[0-]+$/.test(match[1]!)) return undefined
  return { host, uuid: match[1]!, seqno: Number(match[2]) }
}

/** `controller2 is ahead: seqno 1234, controller1 and controller3 have 1230`. */
function comparison(best: Position, all: readonly Position[]): string {
  const others = all.filter(({ host }) => host !== best.host)
  if (others.length === 0) return `${best.host} alone has data: seqno ${best.seqno}`
  if (others.every(({ seqno }) => seqno === best.seqno)) return `all are at seqno ${best.seqno}`
  const each = others.map(({ host, seqno }) => `${host} ${seqno}`)
  return `${best.host} is ahead: seqno ${best.seqno}, ${each.join(", ")}`
}

function refuseWithout(members: readonly Seen[], missing: readonly string[]): Decision {
  const fresh = members.every(({ have }) => have.uuid === undefined && !wasInterrupted(have))
  const why = fresh
    ? `no member that answers has data, and ${listing(missing)} may have some`
    : `no member serves, and what ${listing(missing)} has and the others do not would be lost if they were founded anew`
  const hint = `Bring it back; if it is lost: haops galera recover ${missing.map((name) => `--without ${name}`).join(" ")}`
  return refuse(why, hint)
}

/** It came to serve once, which its unit tells: clients may be at it. */
function refuseSilent(hosts: readonly string[]): Decision {
  const why = `mariadb of ${listing(hosts)} runs and does not answer: it may serve, or be about to`
  return refuse(why, IF_IT_HANGS)
}

function refuseInterrupted(hosts: readonly string[]): Decision {
  const why = `${listing(hosts)} ${INTERRUPTED}: no member that is left knows what its data is`
  const hint =
    "Keep a copy of /var/lib/mysql of each. On the one whose data is to stay: runuser -u mysql -- galera_recovery says UUID:SEQNO; write that UUID into its /var/lib/mysql/grastate.dat, then run haops again."
  return refuse(why, hint)
}

function named(members: readonly Seen[], holds: (have: GaleraState) => boolean): string[] {
  return members.filter(({ have }) => holds(have)).map(({ host }) => host)
}

function refuse(why: string, hint: string): Decision {
  return { act: "refuse", why, hint }
}

const BY_HAND =
  "Which data is to be kept is for somebody to say: stop mariadb on the others, move their /var/lib/mysql away, then run haops again."
