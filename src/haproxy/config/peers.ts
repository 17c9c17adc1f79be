import type { HaproxyPeers } from "../../model/haproxy.ts"
import { section } from "./words.ts"

/** Name of the section by which a table is handed on. */
export const PEERS = "haops"

/**
 * A process that is told to end connects to the local peer, which is its successor by then, and hands over what its stick tables know
 * (haproxy's configuration manual, "Peers declaration"). What the local peer is called haproxy says itself, whether that is the
 * host's name, `localpeer` or `-L`: sections of the user's own go by it as well.
 */
export function peersSection({ port }: Pick<HaproxyPeers, "port">): string {
  return section(`peers ${PEERS}`, [`peer "\${HAPROXY_LOCALPEER}" 127.0.0.1:${port}`])
}
