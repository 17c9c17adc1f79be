import { quote } from "../../sh.ts"

export interface Standby {
  node: string
  /** `forever` is a change of the configuration; `reboot` is forgotten when the node restarts. */
  lifetime: "forever" | "reboot"
  /** IP addresses that the cluster takes from the node then. Those that it does not hold are left out. */
  vips: readonly string[]
}

/** New connections wait for at most so long for those under way: less than the second after which a client sends its SYN again. */
const DRAIN_MS = 500
/** How long the kernel holds them if this script does not come to its end. */
const HOLD_S = 5
const LOOK_MS = 20

/** As a person would type it. */
export function standbyCommand({ node, lifetime }: Omit<Standby, "vips">): string {
  const kept = lifetime === "reboot" ? " --lifetime reboot" : ""
  return `crm_attribute --node ${quote(node)} --name standby${kept} --update on`
}

/**
 * Shell that puts a node in standby; on the node itself without a failed request. A request under way when its address goes would be
 * lost: its connection is unknown where the address comes up again. So new connections to the addresses are held (their SYN is
 * dropped, which the client sends again a second later) until the old ones have ended, or for `DRAIN_MS`, where some stay open; and
 * from then until the addresses are gone.
 *
 * By nftables, whose sets let go of an address by themselves after `HOLD_S`, whatever becomes of this script. Without it nothing is
 * held. By pacemaker's own command: pcs takes half a second to start, all of which clients would wait.
 */
export function standbyScript({ vips, ...standby }: Standby): string {
  const command = standbyCommand(standby)
  if (vips.length === 0) return command
  return `held=
for address in ${vips.map(quote).join(" ")}; do
  if [ -n "$(ip -o addr show to "$address")" ]; then held="$held $address"; fi
done
four= six= from=
for address in $held; do
  case $address in
    *:*) six="\${six:+$six, }$address timeout ${HOLD_S}s"; source="[$address]";;
    *) four="\${four:+$four, }$address timeout ${HOLD_S}s"; source=$address;;
  esac
  from="\${from:+$from or }src $source"
done
[ -z "$four" ] || four="elements = { $four }"
[ -z "$six" ] || six="elements = { $six }"
hold() {
  [ -n "$held" ] && nft -f - 2>/dev/null <<end
table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  set four { type ipv4_addr; flags timeout; $four }
  set six { type ipv6_addr; flags timeout; $six }
  chain in {
    type filter hook input priority -300;
    ip daddr @four tcp flags & (syn | ack) == syn drop
    ip6 daddr @six tcp flags & (syn | ack) == syn drop
  }
}
end
}
# await COUNT COMMAND...: until the command prints nothing, at most so many looks.
await() {
  left=$1
  shift
  while [ "$left" -gt 0 ] && [ -n "$("$@")" ]; do left=$((left - 1)); sleep ${LOOK_MS / 1000}; done
}
under_way() {
  ss -Htn state syn-recv state established state close-wait state fin-wait-1 state closing state last-ack "( $from )"
}
there() { for address in $held; do ip -o addr show to "$address"; done; }
if hold; then
  trap 'nft delete table inet ${TABLE}' EXIT
  await ${DRAIN_MS / LOOK_MS} under_way
  ${command}
  await ${(HOLD_S * 1000 - DRAIN_MS) / LOOK_MS} there
else
  ${command}
fi`
}

const TABLE = "haops_standby"
