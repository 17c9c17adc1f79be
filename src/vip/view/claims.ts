import { isIPv4 } from "node:net"
import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import type { Observed } from "../../model/view.ts"

/**
 * By a VIP that the host has: the hardware addresses of others that claim it too, which nobody in the cluster can see otherwise, such as
 * nodes that were written out of it and have booted again. Asked by whoever has it, as before an address is taken (ARP probe, RFC 5227),
 * so that no neighbour learns anything from the question. An IPv6 address is not asked about, nor on a host without python3.
 */
export const CLAIMS: Observed<ReadonlyMap<string, readonly string[]>> = {
  name: "claims",
  script({ inventory, deep }) {
    const addresses = inventory.vips.map(({ address }) => address).filter((address) => isIPv4(address))
    return deep && addresses.length > 0 ? claimsScript(addresses) : undefined
  },
  parse(text) {
    const claims = new Map<string, string[]>()
    for (const line of text.split("\n").filter((one) => one !== "")) {
      const [, address, mac] = /^([\d.]+) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/.exec(line) ?? []
      if (address === undefined || mac === undefined) {
        throw new HaopsError("E_PROBE", `unexpected line ${JSON.stringify(line)}`)
      }
      claims.set(address, [...(claims.get(address) ?? []), mac])
    }
    return claims
  },
}

/** Exported for a test with real networks. */
export function claimsScript(addresses: readonly string[]): string {
  return `set --
for vip in ${quoteAll(addresses)}; do
  nic=$(ip -o -4 addr show to "$vip/32" | awk '{ print $2; exit }')
  [ -n "$nic" ] && [ "$nic" != lo ] || continue
  own=$(ip -o -4 addr show dev "$nic" | awk -v vip="$vip" '{ sub("/.*", "", $4); if ($4 != vip) { print $4; exit } }')
  set -- "$@" "$nic" "$vip" "\${own:--}"
done
if [ $# -gt 0 ] && command -v python3 >/dev/null; then timeout 5 python3 -c '${PROBE}' "$@" 2>/dev/null || :; fi`
}

/**
 * Whoever answers for the host's own address as well is no rival but a network that answers for all, as clouds do. A host with two
 * interfaces in one network answers itself on the other.
 */
const PROBE = `
import glob, select, socket, struct, sys, time
mine = set(open(path).read().strip() for path in glob.glob("/sys/class/net/*/address"))
asked, heard = {}, {}
for nic, vip, own in zip(sys.argv[1::3], sys.argv[2::3], sys.argv[3::3]):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    link.bind((nic, 0x0806))
    mac = link.getsockname()[4]
    if len(mac) != 6:
        continue
    asked[link] = (vip, own)
    for address in (vip, own):
        if address != "-":
            about = struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + mac + bytes(10) + socket.inet_aton(address)
            link.send(b"\\xff" * 6 + mac + about)
end = time.time() + 0.6
while asked and time.time() < end:
    for link in select.select(list(asked), [], [], max(0, end - time.time()))[0]:
        frame = link.recv(64)
        mac = ":".join("%02x" % byte for byte in frame[22:28])
        if mac not in mine:
            heard.setdefault((link, socket.inet_ntoa(frame[28:32])), set()).add(mac)
for link, (vip, own) in asked.items():
    for mac in sorted(heard.get((link, vip), set()) - heard.get((link, own), set())):
        print(vip, mac)
`
