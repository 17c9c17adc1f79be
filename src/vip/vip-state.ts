import { HaopsError } from "../base/errors.ts"
import { quoteAll } from "../base/sh.ts"
import { CLUSTER_CONF } from "../corosync/conf-probe.ts"
import { readAnswer } from "../host/answer.ts"
import { ADDRESSES } from "../host/network.ts"
import { STACK_UNITS, unitIsActive } from "../host/units.ts"
import { KEEPALIVED_CONFIG } from "../keepalived/render.ts"
import { clusterRuns } from "../membership/cluster-runs.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { CIB } from "../pacemaker/cib-question.ts"

/** What a member knows about the VIPs. */
export interface VipState {
  /** VIPs that this host holds, or that its cluster or its keepalived has: they are ours, nobody is asked for them. */
  known: readonly string[]
  /** Those of them that its cluster has. */
  clustered: readonly string[]
  /** VIPs that this host holds though neither its cluster nor its keepalived ever had them, and on which interface. */
  own: readonly { address: string; nic: string }[]
  /** Its interfaces, but for the loopback. */
  nics: readonly string[]
  /** Its own MAC addresses. */
  macs: readonly string[]
  /** Who answers for a VIP: its MAC address. */
  neighbours: ReadonlyMap<string, string>
}

/** What `vipScript` shares with other probes. */
export const VIP_SHARED = [ADDRESSES, STACK_UNITS, CLUSTER_CONF, CIB]

/** A VIP, and whether this host is one of those that are to have it: only they ask for it. */
interface AskedVip {
  address: string
  here: boolean
}

/** Seconds between two looks. Tenths of a millisecond are usual for an answer; nobody who needs longer than 0.3 s is in the same network. */
const PAUSES = ["0.05", "0.1", "0.15"]

/**
 * Sends one datagram to the discard port of each VIP that is not known, so that the kernel asks for the neighbour, and looks for up
 * to 0.3 s at who answers. What the kernel remembers of it from earlier is dropped first: whoever that was may be gone, and the
 * kernel would take its word for seconds before it asks. A VIP outside the host's networks has no neighbour entry, and is not found
 * in use. Where all are known, nothing is sent and the shell needs no program.
 */
export function vipScript(vips: readonly AskedVip[], cluster: string): string {
  return `
held=${ADDRESSES}
known=
${knownToCluster(cluster)}
clustered=$known
${KNOWN_TO_KEEPALIVED}
${UNKNOWN}
asked=
${vips.map(lookFor).join("\n")}
${NICS}
[ -n "$asked" ] && command -v ip >/dev/null 2>&1 && command -v bash >/dev/null 2>&1 || exit 0
for vip in $asked; do
  ip neigh flush to "$vip" >/dev/null 2>&1
  bash -c 'echo >"/dev/udp/$0/9"' "$vip" 2>/dev/null || :
done
for pause in ${PAUSES.join(" ")}; do
  waiting=
  for vip in $asked; do
    case $(ip neigh show to "$vip") in *INCOMPLETE*|*DELAY*|*PROBE*) waiting=yes ;; esac
  done
  [ -n "$waiting" ] || break
  sleep "$pause"
done
for vip in $asked; do
  ip neigh show to "$vip" | sed -n "s/.* lladdr \\([0-9a-f:]*\\) .*REACHABLE.*/neighbour $vip \\1/p"
done
exit 0`
}

/**
 * Shell that is true for an address that is neither known nor on this host; one of the cluster's is told as such besides. One that is on it and was not put there by what is known to
 * run is the host's own, unless a cluster or keepalived that does not run now left it behind: what they have on the disk tells.
 */
const UNKNOWN = `left() { grep -qswF -e "$1" /var/lib/pacemaker/cib/cib.xml ${KEEPALIVED_CONFIG}; }
unknown() {
  case $clustered in *" $1 "*) printf 'clustered %s\\n' "$1" ;; esac
  case $known in *" $1/"*|*" $1 "*) printf 'known %s\\n' "$1"; return 1 ;; esac
  case $held in *" $1/"*|*" $1 "*) ;; *) return 0 ;; esac
  printf 'known %s\\n' "$1"
  left "$1" || printf '%s\\n' "$held" | sed -n "s|^[0-9]*: *\\([^ ]*\\) .* $1[/ ].*|own $1 \\1|p"
  return 1
}`

/** An address that is to be nowhere near this host is only looked up. */
function lookFor({ address, here }: AskedVip): string {
  const vip = quoteAll([address])
  return here ? `if unknown ${vip}; then asked="$asked "${vip}; fi` : `unknown ${vip} || :`
}

/**
 * Shell that adds the addresses of the cluster's VIPs to `known`, from the CIB's lines, by what is built into the shell. A pacemaker
 * that is stopped or busy does not answer; then it is the copy on the disk that tells. Fencing devices have an `ip` as well.
 */
function knownToCluster(cluster: string): string {
  return `if ${clusterRuns(cluster)}; then
  cib=${CIB}
  case $cib in 'exit '*) cib=$(cat /var/lib/pacemaker/cib/cib.xml 2>/dev/null) || : ;; esac
  set -f; IFS='
'
  vip=
  for line in $cib; do
    case $line in
      *'<primitive '*' type="IPaddr2"'*) vip=yes ;;
      *'<primitive '*) vip= ;;
      *' name="ip" value="'*) [ -z "$vip" ] || { line=\${line##*' value="'}; known="$known \${line%%'"'*} "; } ;;
    esac
  done
  set +f; unset IFS
fi`
}

/** Shell that adds the lines of keepalived.conf to `known`, where it runs: VIPs are among their words. */
const KNOWN_TO_KEEPALIVED = `if ${unitIsActive("keepalived")} && [ -r ${KEEPALIVED_CONFIG} ]; then
  while read -r line; do known="$known $line "; done <${KEEPALIVED_CONFIG}
fi`

const NICS = `for file in /sys/class/net/*/address; do
  nic=\${file#/sys/class/net/}
  case $nic in lo/*|'*/'*) ;; *) echo "nic \${nic%/address}" ;; esac
  if read -r mac 2>/dev/null <"$file"; then case $mac in *[1-9a-f]*) echo "mac $mac" ;; esac; fi
done`

/** Reads what `vipScript` printed. Throws `E_PROBE` on anything else. */
export function parseVips({ stdout }: ProbeOutput): VipState {
  const answer = readAnswer(stdout, ["nic", "mac", "known", "clustered", "own", "neighbour"])
  return {
    known: answer.all("known"),
    clustered: answer.all("clustered"),
    own: answer.all("own").map(parseOwn),
    nics: answer.all("nic"),
    macs: answer.all("mac"),
    neighbours: new Map(answer.all("neighbour").map(parseNeighbour)),
  }
}

function parseOwn(line: string): VipState["own"][number] {
  const [address, nic] = line.split(" ")
  if (!address || !nic) throw new HaopsError("E_PROBE", `not an address: ${JSON.stringify(line)}`)
  return { address, nic }
}

function parseNeighbour(line: string): [string, string] {
  const [address, mac] = line.split(" ")
  if (!address || !mac) throw new HaopsError("E_PROBE", `not a neighbour: ${JSON.stringify(line)}`)
  return [address, mac]
}
