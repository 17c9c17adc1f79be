import type { WaitAction } from "../model/action.ts"
import type { RunningCorosync } from "./cmap.ts"

/** A link that is given up at another time than the token in force asks for. Milliseconds. */
export interface TrailingLink {
  link: number
  have: number
  want: number
}

const TIMEOUT_MS = 30_000

/**
 * The links whose times go by an older token. Corosync 3.1 (seen in 3.1.2, 3.1.7 and 3.1.9) works them out before it takes up a new
 * token, and so they stay until the next reload. With two links and a token that was lowered, the member is then lost before its
 * second link is used. And where they grow to more than twice, links drop for a moment at that next reload, since knet pings
 * at the new pace at once and looks at its limits once a second: with a lower token by then, members are lost. What one node more or less
 * makes is let be.
 */
export function trailingLinks({ tokenMs, linkTimeouts }: RunningCorosync): readonly TrailingLink[] {
  if (tokenMs === undefined) return []
  return [...linkTimeouts]
    .filter(([, ms]) => ms * 3 < tokenMs || ms * 4 > tokenMs * 3)
    .map(([link, have]) => ({ link, have, want: Math.floor(tokenMs / 2) }))
}

/** Until these links go by the token, in the bounds of `trailingLinks`. */
export function linksFollow(links: readonly number[]): WaitAction {
  return {
    type: "wait",
    for: "its links to use the token's timers",
    script: `token=$(corosync-cmapctl -g runtime.config.totem.token 2>/dev/null | sed 's/.* = //')
for link in ${links.join(" ")}; do
  ms=$(corosync-cmapctl -g "runtime.config.totem.interface.$link.knet_ping_timeout" 2>/dev/null | sed 's/.* = //')
  [ $((ms * 3)) -ge "$token" ] && [ $((ms * 4)) -le $((token * 3)) ] ||
    { echo "link $link is given up after $ms ms, with a token of $token ms"; exit 1; }
done`,
    timeoutMs: TIMEOUT_MS,
    hint: "corosync's log says why: journalctl -u corosync. Nothing has stopped.",
  }
}
