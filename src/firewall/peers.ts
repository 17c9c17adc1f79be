import { quote } from "../base/sh.ts"
import type { Component } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { openingsOf } from "./openings.ts"

/** A port of another host that this one has to reach. */
export interface PeerPort {
  peer: string
  address: string
  port: number
  use: string
}

/** Milliseconds are what an answer takes within a site, and a busy host takes its time to ask. Waited for only where something is closed. */
const PATIENCE_S = 5

/**
 * What is asked for: pcsd, and where there is one the quorum device. What keeps a database's members or haproxy's servers apart shows in what
 * they say of themselves, and a connection that comes to nothing would be in their logs.
 */
const ASKED: readonly string[] = ["membership", "corosync"]

/** What of the other hosts this one has to reach by TCP for the cluster's sake: what is the hosts' own, and not their clients'. */
export function peerPorts(components: readonly Component[], inventory: Inventory, host: Host): readonly PeerPort[] {
  if (openingsOf(asked(components), inventory, host).length === 0) return []
  const others = inventory.hosts.filter(({ name }) => name !== host.name)
  return others.flatMap(({ name, address, ...rest }) =>
    openingsOf(asked(components), inventory, { name, address, ...rest }).flatMap((opening) =>
      opening.protocol === "tcp" && opening.from === "hosts"
        ? [{ peer: name, address, port: opening.port, use: opening.use }]
        : [],
    ),
  )
}

function asked(components: readonly Component[]): readonly Component[] {
  return components.filter(({ name }) => ASKED.includes(name))
}

/**
 * Shell that prints `closed PEER PORT/tcp` for each that does not answer, all asked at once. One where nothing listens refuses, which is an
 * answer: it was reached. A firewall that rejects says that there is no route, or that it is prohibited.
 */
export function peersScript(ports: readonly PeerPort[]): string {
  const tries = ports.map(({ peer, address, port }) => `try ${quote(peer)} ${quote(address)} ${port} &`)
  return `try() {
  said=$(timeout ${PATIENCE_S} bash -c ': <"/dev/tcp/$1/$2"' try "$2" "$3" 2>&1) && return
  case $said in *efused*) ;; *) printf 'closed %s %s/tcp\\n' "$1" "$3" ;; esac
}
${tries.join("\n")}
wait`
}

/** By the peer's name: what of it is closed, as `2224/tcp`. */
export function readPeers(text: string): ReadonlyMap<string, readonly string[]> {
  const closed = new Map<string, string[]>()
  for (const line of text.split("\n")) {
    const [, peer, port] = /^closed (\S+) (\S+)$/.exec(line) ?? []
    if (peer !== undefined && port !== undefined) closed.set(peer, [...(closed.get(peer) ?? []), port])
  }
  return closed
}
