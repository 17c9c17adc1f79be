import { listing } from "../../base/words.ts"
import { defineJointStep } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { incomplete, memberProbe, writerOf } from "../cluster.ts"
import { detour } from "../detour.ts"
import { remember, restart } from "../node/scripts.ts"
import { type GaleraState, SQL } from "../node/state.ts"
import { changeDrift, changesOf, isBehind, setLive } from "../variables.ts"
import type { GaleraWant } from "../want.ts"

/**
 * Settings that a running member does not go by: set while it runs where it can take them up, else by a restart, one member at a time,
 * each only while all others are there and Synced, and the one that clients are at last: as its connections tell, since haproxy, which
 * status asks as well, may be on hosts that are none of the step's. Who comes by haproxy is sent to another one first.
 */
export const galeraRestart = defineJointStep<GaleraWant, GaleraState>({
  kind: "galera-restart",
  summary: "settings of Galera's members taken up: live, or by restarts one by one, the writer last",
  bind: bindGalera,
  title: () => "galera settings",
  probe: memberProbe,
  check: (want, { elected }) => changeDrift(changesOf(want, elected.have)),
  plan(want, { elected }) {
    const changes = changesOf(want, elected.have)
    const checksum = want.files.get(want.host) ?? ""
    if (changes.some(({ live }) => !live)) {
      const { before, after, hint } = detour(want.balancers)
      return [...before, restart(checksum, hint), ...after]
    }
    const script = `set -eu\n${SQL}\n${remember(checksum)}`
    return [
      {
        type: "run",
        argv: ["sh", "-c", script, "haops-galera"],
        stdin: setLive(changes),
        label: `set live: ${changes.map(({ name }) => name).join(", ")}`,
      },
    ]
  },
  mustWait(want, members) {
    const why = incomplete(members)
    if (why !== undefined) return why
    const { elected, all } = members
    if (elected.host !== writerOf(all)) return undefined
    const first = all.filter((one) => one.host !== elected.host && isBehind(want, one)).map(({ host }) => host)
    if (first.length === 0) return undefined
    return `clients are at it, and ${listing(first)} ${first.length === 1 ? "comes" : "come"} first`
  },
})
