import { quote } from "../base/sh.ts"

interface Standby {
  node: string
  /** `forever` is a change of the configuration; `reboot` is forgotten when the node restarts. */
  lifetime: "forever" | "reboot"
  /** IP addresses that will leave the machine that runs the script. One that it does not hold is left out. */
  vips: readonly string[]
}

/** In hundredths of a second: how long those under way are waited for, less than a client waits before it sends its SYN again. */
const DRAIN = 50
/** In seconds: how long new connections are held at most, by the kernel's own clock. */
const HOLD_S = 5
const LOOK_S = 0.02

/** As a person would type it. */
export function standbyCommand({ node, lifetime }: Omit<Standby, "vips">): string {
  const kept = lifetime === "reboot" ? " --lifetime reboot" : ""
  return `crm_attribute --node ${quote(node)} --name standby${kept} --update on`
}

/** Lets new connections through again, whether or not they are held: somebody may have reloaded all rules meanwhile. */
export const LET_GO = "nft delete table inet haops_standby 2>/dev/null || :"

/**
 * Shell that puts a node in standby; where it runs on the node itself, so that requests under way are answered. One that is under way
 * when its address goes would be lost: its connection is unknown where the address comes up again. So new connections to the addresses
 * are held (their SYN is dropped, which the client sends again a second later) until the old ones have ended, half a second at
 * most since some never do; and from then until the addresses are gone, five seconds at most.
 *
 * By nftables, whose sets let go of an address by themselves, whatever becomes of this script. Where they cannot be used nothing is
 * held. By pacemaker's own command: pcs takes half a second to start, all of which clients would wait.
 */
export function standbyScript({ vips, ...standby }: Standby): string {
  const command = standbyCommand(standby)
  if (vips.length === 0) return command
  // `in` is a keyword of nftables 0.9.
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
  [ -n "$held" ] && command -v nft >/dev/null && nft -f - <<end
table inet haops_standby
delete table inet haops_standby
table inet haops_standby {
  set four { type ipv4_addr; flags timeout; $four }
  set six { type ipv6_addr; flags timeout; $six }
  chain incoming {
    type filter hook input priority -300;
    ip daddr @four tcp flags & (syn | ack) == syn drop
    ip6 daddr @six tcp flags & (syn | ack) == syn drop
  }
}
end
}
# The time in hundredths of a second.
now() { read -r up _ </proc/uptime; echo "\${up%.*}\${up#*.}"; }
# await TIME COMMAND...: until the command prints nothing, or that time.
await() {
  end=$1
  shift
  while [ "$(now)" -lt "$end" ] && [ -n "$("$@" | head -n 1)" ]; do sleep ${LOOK_S}; done
}
under_way() {
  ss -Htn state syn-recv state established state close-wait state fin-wait-1 state closing state last-ack "( $from )"
}
there() { for address in $held; do ip -o addr show to "$address"; done; }
if hold; then
  trap ${quote(LET_GO)} EXIT
  trap 'exit 143' TERM INT HUP
  began=$(now)
  await $((began + ${DRAIN})) under_way
  ${command}
  await $((began + ${HOLD_S * 100})) there
else
  ${command}
fi`
}
