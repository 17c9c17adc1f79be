import type { CorosyncConf } from "../corosync/conf.ts"
import type { Member, Members } from "../model/step.ts"
import type { ClusterWant } from "./cluster-want.ts"
import { linkChange, linksOf } from "./corosync-links.ts"
import { settingsOf, transportOf } from "./corosync-settings.ts"
import { type CorosyncView, rosterOf } from "./corosync-view.ts"

type All = Members<CorosyncView>

/** A difference that a reload does not take up, for people. */
export interface Restart {
  attribute: string
  have: string
  want: string
  /** Members with the old and the new value do not see each other. */
  split: boolean
}

/** What of a configuration, of a file or in memory, only a restart brings in line. */
export function restartsOf(want: ClusterWant, live: CorosyncConf): readonly Restart[] {
  const links = linkChange(want, live)
  const options = settingsOf(want, live).filter(({ takes }) => takes !== "reload")
  return [
    ...options.map(({ section, key, have, want, takes }) => {
      return {
        attribute: `${section} ${key}`,
        have: have ?? "absent",
        want: want ?? "absent",
        split: takes === "split",
      }
    }),
    ...(links?.takes === "split"
      ? links.added.map(({ number, addresses }) => {
          const before = linksOf(live).find((link) => link.number === number)
          const have = before?.addresses.join(", ") ?? "absent"
          return { attribute: `link ${number}`, have, want: addresses.join(", "), split: true }
        })
      : []),
  ]
}

/** What this member's corosync has to be restarted for; nothing where it does not run. */
export function pendingRestarts(want: ClusterWant, { running }: CorosyncView): readonly Restart[] {
  return running === undefined ? [] : restartsOf(want, running.conf)
}

/** True from haops's asking for maintenance mode, to restart corosync, until the end of it. */
export function isRolling({ all }: Pick<All, "all">): boolean {
  return all.some(({ have }) => have.rolling)
}

/** True where that maintenance mode is in force: as the elected one's pacemaker goes by it, or any other's where that does not answer. */
export function isHeld({ all, elected }: Pick<All, "all" | "elected">): boolean {
  return isRolling({ all }) && (elected.have.maintenance ?? all.some(({ have }) => have.maintenance === true))
}

/** True where a restart that was cut short left the node without its cluster. Any other node is for `cluster-start`. */
export function isLeftStopped({ running, pacemaker }: CorosyncView, members: Pick<All, "all">): boolean {
  return isRolling(members) && (running === undefined || !pacemaker)
}

/** True where the elected member's file has all that it is to restart for. */
export function isWritten(want: ClusterWant, { conf }: CorosyncView): boolean {
  return conf !== undefined && restartsOf(want, conf).length === 0
}

/**
 * Why the elected member's corosync must not be restarted now: its resources would move, it would come back as it was, another one does
 * not run, or somebody misses somebody. Members see those of their own side only, while the old and the new value part them.
 */
export function mustWaitReason(want: ClusterWant, members: All): string | undefined {
  // Nothing runs there that a restart could move, and what else is stopped may be waiting for it.
  if (isLeftStopped(members.elected.have, members)) return undefined
  if (!isHeld(members)) return "the cluster is not in maintenance mode for it: what runs here would move"
  if (!isWritten(want, members.elected.have)) return "its corosync.conf does not have the new settings yet"
  const roster = rosterOf(want, members).members
  const running = roster.filter(({ have }) => have.running !== undefined)
  const stopped = roster.filter((one) => !running.includes(one) && one.host !== members.elected.host)
  if (stopped.length > 0) return `corosync does not run on ${stopped.map(({ host }) => host).join(", ")}`
  for (const { host, have } of running) {
    const side = running.filter((one) => isOld(want, one) === isOld(want, { have }))
    const seen = have.running?.joined.length ?? 0
    if (seen !== side.length) {
      return `${host} sees ${seen} of ${side.length} members (${side.map((one) => one.host).join(", ")})`
    }
  }
  return undefined
}

/** How many members the elected one sees once it is restarted: itself, and those that run and are not parted from it by a new value. */
export function joinedAfter(want: ClusterWant, members: All): number {
  const others = rosterOf(want, members).members.filter(({ host }) => host !== members.elected.host)
  return others.filter((one) => one.have.running !== undefined && !isOld(want, one)).length + 1
}

/** True for a member that those with the new values do not see. */
function isOld(want: ClusterWant, { have }: Pick<Member<CorosyncView>, "have">): boolean {
  return pendingRestarts(want, have).some(({ split }) => split)
}

/** What is about to happen, in words: who restarts, what keeps running, what the quorum does meanwhile. */
export function rollNotes(want: ClusterWant, members: All): readonly string[] {
  const roster = rosterOf(want, members).members
  const due = roster.filter(({ have }) => pendingRestarts(want, have).length > 0)
  const names = due.map(({ host }) => host)
  const parting = due.some(({ have }) => isOld(want, { have }))
  const condition = parting ? "the others are all there" : "the others are all there, with quorum"
  return [
    `Corosync and pacemaker restart on ${names.join(", then ")}, one at a time, each only while ${condition}. The cluster is in ` +
      "maintenance mode meanwhile: VIPs and haproxy keep running where they are, and nothing fails over until it is out of it.",
    ...(parting ? [partingNote(want, members, roster.length)] : []),
    ...cryptoNotes(want, members),
  ]
}

/** Knet alone encrypts, and a cluster that comes to it from elsewhere has no key yet. */
function cryptoNotes(want: ClusterWant, { elected }: All): string[] {
  const running = elected.have.running?.conf
  if (running === undefined || (running.transport ?? "knet") === transportOf(want, running)) return []
  const encrypted = (running.totem.crypto_cipher ?? "none") !== "none"
  if (encrypted) return [`Corosync's traffic is encrypted now, and will not be: ${transportOf(want, running)} cannot.`]
  if (transportOf(want, running) !== "knet") return []
  return [
    "Corosync's traffic stays unencrypted; afterwards, live: pcs cluster authkey corosync, then pcs cluster config update crypto.",
  ]
}

function partingNote(want: ClusterWant, { elected }: All, nodes: number): string {
  const live = elected.have.running?.conf ?? elected.have.conf
  const before = live?.transport ?? "knet"
  const after = live === undefined ? want.transport : transportOf(want, live)
  const what = before === after ? "the new addresses" : after
  const quorum = Math.floor(nodes / 2) + 1
  const steps = Array.from({ length: nodes - 1 }, (_, index) => [index + 1, nodes - index - 1] as const)
  const lost = steps.filter((sides) => Math.max(...sides) < quorum)
  const told =
    lost.length === 0
      ? "one side has quorum at every moment"
      : `at ${lost.map((sides) => sides.join(" to ")).join(", ")} neither side has quorum, for which nothing stops in maintenance mode`
  const sides = steps.map((pair) => pair.join(" to ")).join(", ")
  return `Nodes with ${what} and those still without do not see each other: the votes go ${sides}; quorum is ${quorum}, and ${told}.`
}
