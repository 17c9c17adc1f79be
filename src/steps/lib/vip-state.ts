import { HaopsError } from "../../errors.ts"
import { unitIsActive } from "../../facts/units.ts"
import { quoteAll } from "../../sh.ts"
import type { ProbeOutput } from "../step.ts"
import { readAnswer } from "./answer.ts"
import { clusterRuns } from "./cluster-runs.ts"

/** What a member knows about the VIPs. */
export interface VipState {
  /** The cluster or keepalived runs here: the VIPs are theirs, nobody was asked. */
  clustered: boolean
  /** VIPs that this host holds. */
  held: readonly string[]
  /** Its own MAC addresses. */
  macs: readonly string[]
  /** Who answers for a VIP: its MAC address. */
  neighbours: ReadonlyMap<string, string>
}

/** Tenths of a millisecond are usual for an answer; nobody who needs longer than this many rounds of 50 ms is in the same network. */
const ROUNDS = 6

/**
 * Sends one datagram to the discard port of each VIP, so that the kernel asks for the neighbour, and looks for up to 0.3 s at who
 * answers. Entries from earlier (`STALE`) do not count: whoever that was may be gone. A VIP outside the host's networks has no
 * neighbour entry, and is not found in use.
 */
export function vipScript(addresses: readonly string[], cluster: string): string {
  return `
if ${clusterRuns(cluster)} || ${unitIsActive("keepalived")}; then
  echo 'clustered yes'; exit 0
fi
command -v ip >/dev/null 2>&1 && command -v bash >/dev/null 2>&1 || exit 0
cat /sys/class/net/*/address 2>/dev/null | sed -n '/[1-9a-f]/s/^/mac /p'
own=$(ip -o addr show) || exit
asked=
for vip in ${quoteAll(addresses)}; do
  case $own in
    *" $vip/"*) printf 'held %s\\n' "$vip" ;;
    *) asked="$asked $vip"; bash -c 'echo >"/dev/udp/$0/9"' "$vip" 2>/dev/null || : ;;
  esac
done
round=0
while [ -n "$asked" ] && [ "$round" -lt ${ROUNDS} ]; do
  waiting=
  for vip in $asked; do
    case $(ip neigh show to "$vip") in *INCOMPLETE*|*DELAY*|*PROBE*) waiting=yes ;; esac
  done
  [ -n "$waiting" ] || break
  sleep 0.05
  round=$((round + 1))
done
for vip in $asked; do
  ip neigh show to "$vip" | sed -n "s/.* lladdr \\([0-9a-f:]*\\) .*REACHABLE.*/neighbour $vip \\1/p"
done
exit 0`
}

/** Reads what `vipScript` printed. Throws `E_PROBE` on anything else. */
export function parseVips({ stdout }: ProbeOutput): VipState {
  const answer = readAnswer(stdout, ["clustered", "mac", "held", "neighbour"])
  return {
    clustered: answer.one("clustered") !== undefined,
    held: answer.all("held"),
    macs: answer.all("mac"),
    neighbours: new Map(answer.all("neighbour").map(parseNeighbour)),
  }
}

function parseNeighbour(line: string): [string, string] {
  const [address, mac] = line.split(" ")
  if (!address || !mac) throw new HaopsError("E_PROBE", `not a neighbour: ${JSON.stringify(line)}`)
  return [address, mac]
}
