import { listing } from "../base/words.ts"
import { clusterStatus, fencers } from "../membership/view/cluster-status.ts"
import { reachedMembers, shownByMembers, unreachedMembers } from "../membership/view/members.ts"
import { type Check, check } from "../model/check.ts"
import type { Seen, View } from "../model/view.ts"
import { CIB_COPY } from "./cib-copy.ts"

export const view: View = {
  observes: [CIB_COPY],
  checks: (seen) => (seen.look.inventory.pacemaker === undefined ? [] : [sameCib(seen), fenced(seen)]),
}

function sameCib({ look }: Seen): Check {
  const title = "every node holds the same configuration (CIB)"
  const copies = shownByMembers(look, CIB_COPY).map(({ host, value: { version, digest } }) => {
    return { host, value: `epoch ${version}, sha256 ${digest.slice(0, 12)}` }
  })
  const silent = reachedMembers(look).filter((host) => !copies.some((copy) => copy.host === host))
  const same = new Set(copies.map(({ value }) => value)).size === 1
  return check("cib", title, [`${copies[0]?.value} on ${listing(copies.map(({ host }) => host))}`], {
    fails: [
      ...unreachedMembers(look),
      ...silent.map((host) => `${host} shows no CIB`),
      ...(same ? [] : copies.map(({ host, value }) => `${host}: ${value}`)),
    ],
  })
}

function fenced({ look }: Seen): Check {
  const title = "a failed node is fenced"
  const { fencing, noQuorumPolicy } = clusterStatus(look)
  const ignored =
    noQuorumPolicy === "ignore" ? ["no-quorum-policy is ignore: each partition keeps running its resources"] : []
  switch (fencing.state) {
    case "on":
      return check("fencing", title, [`by ${listing(fencers(fencing))}`], { warnings: ignored })
    case "off":
      return check("fencing", title, [], {
        warnings: ["fencing is OFF: a split brain would corrupt shared data (README, Fencing)", ...ignored],
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
