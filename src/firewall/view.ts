import { count, listing } from "../base/words.ts"
import { HEALTH } from "../membership/health.ts"
import { pacemakerOn } from "../membership/nodes.ts"
import { type Check, check } from "../model/check.ts"
import type { Component } from "../model/component.ts"
import type { Look, Observed, ObservedKey, Seen, View } from "../model/view.ts"
import { openingsOf } from "./openings.ts"
import { peerPorts, peersScript, readPeers } from "./peers.ts"

/** What of the others a host does not reach, by their names: `2224/tcp`. */
export const PEERS: ObservedKey<ReadonlyMap<string, readonly string[]>> = { name: "peers" }

/** Whether the hosts reach each other's ports, as one firewall in between or on one of them is enough to prevent. */
export function viewOf(components: readonly Component[]): View {
  const peers: Observed<ReadonlyMap<string, readonly string[]>> = {
    ...PEERS,
    script({ inventory, host, deep }) {
      const ports = deep ? peerPorts(components, inventory, host) : []
      return ports.length === 0 ? undefined : peersScript(ports)
    },
    parse: readPeers,
  }
  return { observes: [peers], checks: (seen) => checksOf(components, seen) }
}

/** One that did not answer us is no news: it is judged elsewhere. */
function checksOf(components: readonly Component[], { look }: Seen): readonly Check[] {
  const live = new Set(look.live.map(({ host }) => host.name))
  const asked = look.live.flatMap(({ host }) => {
    const closed = look.observed(PEERS, host.name)
    return closed === undefined ? [] : [{ host: host.name, closed }]
  })
  if (asked.length === 0) return []
  const uses = new Map(
    look.inventory.hosts.flatMap((host) =>
      openingsOf(components, look.inventory, host).flatMap((one) =>
        one.protocol === "tcp" ? [[`${one.port}/tcp`, one.use] as [string, string]] : [],
      ),
    ),
  )
  const fails = asked.flatMap(({ host, closed }) =>
    [...closed].flatMap(([peer, ports]) =>
      live.has(peer)
        ? [`${host} does not reach ${listing(ports.map((port) => `${uses.get(port)} (${port})`))} of ${peer}`]
        : [],
    ),
  )
  const evidence = [`${count(asked.length, "host")} asked, from each to all others`]
  return [check("ports", "the hosts reach each other's ports", evidence, { fails: [...fails, ...parted(look)] })]
}

/** Pacemaker runs on both and one does not see the other: what is between them is corosync's UDP. */
function parted(look: Look): readonly string[] {
  const members = look.live.flatMap(({ host }) => {
    const status = look.answer(HEALTH, host.name)?.status
    return status === undefined || pacemakerOn(look.inventory, host) === undefined ? [] : [{ name: host.name, status }]
  })
  return members.flatMap(({ name, status }) => {
    const lost = status.nodes.filter(
      (node) => !node.online && node.name !== name && members.some((one) => one.name === node.name),
    )
    return lost.length === 0
      ? []
      : [
          `${name} does not see ${listing(lost.map((node) => node.name))}, where the cluster runs too: is UDP 5405 open both ways?`,
        ]
  })
}
