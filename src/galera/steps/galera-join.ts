import type { Drift, Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { expected, GALERA_STATE, memberProbe, serving } from "../cluster.ts"
import { hasOwnData, phaseOf, wasInterrupted } from "../decide.ts"
import { AWAIT_SYNCED, CLEAR, JOIN } from "../node/scripts.ts"
import type { GaleraState } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/** Every member in the cluster and Synced: one by one, since each may cost another one its time. Flags for founding are cleared. */
export const galeraJoin = defineJointStep<GaleraWant, GaleraState>({
  kind: "galera-join",
  answers: [GALERA_STATE],
  summary: "Galera's members in the cluster and Synced, one by one",
  bind: bindGalera,
  title: () => "galera member",
  probe: memberProbe,
  check,
  findings: (_want, members) => [...ownData(members), ...otherData(members), ...olderProvider(members)],
  plan: (_want, { elected }) =>
    phaseOf(elected.have) === "synced" ? [CLEAR] : phaseOf(elected.have) === "primary" ? [AWAIT_SYNCED] : [JOIN],
  // Where members have a majority, by Galera's own word, whoever else there is can be in no other cluster that serves.
  // One that may be of them is stopped to join: who cannot be asked may be down, and the rest no majority without it.
  needsAll: (_want, { elected, ...peers }) => serving(peers).length === 0 || isSilent(elected.have),
  mustWait(_want, members) {
    const { elected, ...peers } = members
    const others = serving(peers).filter(({ host }) => host !== elected.host)
    if (phaseOf(elected.have) === "synced" || phaseOf(elected.have) === "primary") return undefined
    if (others.length === 0) return "no member is there to join"
    const busy = peers.all.filter(({ host, have }) => host !== elected.host && phaseOf(have) === "transfer")
    return busy.length === 0 ? undefined : `${listing(busy.map(({ host }) => host))} is just getting all data`
  },
})

function check(_want: GaleraWant, { elected, ...peers }: Members<GaleraState>): Drift[] {
  const { have, host } = elected
  const phase = phaseOf(have)
  const flags: Drift[] = have.flags.map((where) => ({
    attribute: "flag for founding a cluster",
    have: `left behind (${where})`,
    want: "absent",
    risk: "none",
  }))
  if (phase === "synced") return flags
  const want = "Synced"
  if (serving(peers).length > 0)
    return [
      {
        attribute: "mariadb",
        have: wasInterrupted(have) ? `${phase}, stopped in the middle of DDL or of getting all data` : phase,
        want,
        risk: (phase === "alone" && have.databases.length > 0) || isSilent(have) ? "restart" : "none",
      },
    ]
  // The first one is founded.
  return peers.all[0]?.host === host && peers.all.length === 1 ? [] : [expected("mariadb", phase, want)]
}

/** It runs and does not answer in time: it may be in the cluster, and have clients, all the same. */
function isSilent(have: GaleraState): boolean {
  return phaseOf(have) === "waiting" && have.unit.active === "active"
}

function ownData({ elected, ...peers }: Members<GaleraState>): Finding[] {
  if (!hasOwnData(elected.have) || serving(peers).length === 0) return []
  const message = `it has databases of its own, which it would lose: ${listing(elected.have.databases)}`
  const hint = "Dump them and load them into the cluster, or drop them."
  return [{ severity: "error", host: elected.host, message, hint }]
}

/** By a whole transfer it would be written over. Where `galera-found` is asked, all of it is refused; a joining node is asked here alone. */
function otherData({ elected: { host, have }, ...peers }: Members<GaleraState>): Finding[] {
  const of = serving(peers).flatMap((one) => one.have.status?.cluster_state_uuid ?? [])
  if (have.uuid === undefined || of.length === 0 || of.includes(have.uuid)) return []
  const names = have.databases.length === 0 ? "" : `: ${listing(have.databases)}`
  const message = `it has data of another cluster (${have.uuid}), which it would lose${names}`
  const hint = "If it may go: stop mariadb on it, and move its /var/lib/mysql away."
  return [{ severity: "error", host, message, hint }]
}

/** A cluster keeps the protocol that its members had in common when it was founded: an older provider may not know it. */
function olderProvider({ elected: { host, have }, ...peers }: Members<GaleraState>): Finding[] {
  const newer = serving(peers).find((one) => isOlder(have.provider, one.have.provider))
  if (newer === undefined || phaseOf(have) === "synced") return []
  const message = `its galera-4 is ${have.provider}, older than that of ${newer.host} (${newer.have.provider}): it may not be let in`
  return [{ severity: "warning", host, message, hint: `On it: apt-get install galera-4` }]
}

function isOlder(one = "", other = ""): boolean {
  return one !== "" && other !== "" && one.localeCompare(other, "en", { numeric: true }) < 0
}
