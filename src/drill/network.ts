/**
 * Shell that keeps packets from a node, by what the node has: nftables, else iptables, else rules of routing, which are part of
 * iproute2 and so are there wherever a VIP is. Rules of routing hold back only what the node sends; that is enough for a node that
 * is to be silent, and for knet, whose links are down on both sides once an answer is missing. All of it is in the kernel's
 * memory: a restart of the node forgets it. Protocols go by number where a tool would look their names up: a minimal host has no
 * /etc/protocols (iptables knows those that are used here by itself).
 */

/** The node sends and takes nothing but ssh. Fails, with nothing done, where it cannot tell which port ssh is. */
export function silence(): string {
  return `${SSH_PORT}
ssh=$(ssh_port)
[ -n "$ssh" ] || { echo "cannot tell on which port this node was logged in to, and would cut it off" >&2; exit 1; }
${byTool({
  nft: `nft -f - <<end
table inet haops_drill {
  chain incoming { type filter hook input priority -300; iif lo accept; tcp dport $ssh accept; meta l4proto ${ICMPV6} accept; drop; }
  chain outgoing { type filter hook output priority -300; oif lo accept; tcp sport $ssh accept; meta l4proto ${ICMPV6} accept; drop; }
}
end`,
  iptables: `iptables_chains
for tables in $(both_tables); do
  "$tables" -w -A HAOPS-DRILL-IN -i lo -j ACCEPT
  "$tables" -w -A HAOPS-DRILL-IN -p tcp --dport "$ssh" -j ACCEPT
  "$tables" -w -A HAOPS-DRILL-OUT -o lo -j ACCEPT
  "$tables" -w -A HAOPS-DRILL-OUT -p tcp --sport "$ssh" -j ACCEPT
  # Without these IPv6 does not even find its neighbours.
  case $tables in ip6*) for way in IN OUT; do "$tables" -w -A "HAOPS-DRILL-$way" -p ipv6-icmp -j ACCEPT; done;; esac
  for way in IN OUT; do "$tables" -w -A "HAOPS-DRILL-$way" -j DROP; done
done`,
  rules: `both_families rule add pref ${FIRST} ipproto ${TCP} sport "$ssh" lookup main
both_families rule add pref ${SECOND} blackhole`,
})}`
}

/** Neither side hears the other's corosync, on any of its links. */
export function cutCorosync(): string {
  return `ports=$(ss -Hunlp | grep '"corosync"' | awk '{ print $4 }' | sed 's/.*://' | sort -un)
[ -n "$ports" ] || { echo "corosync listens on no port" >&2; exit 1; }
${byTool({
  nft: `for port in $ports; do list="\${list:+$list, }$port"; done
nft -f - <<end
table inet haops_drill {
  chain incoming { type filter hook input priority -300; udp dport { $list } drop; }
  chain outgoing { type filter hook output priority -300; udp dport { $list } drop; }
}
end`,
  iptables: `iptables_chains
for tables in $(both_tables); do
  for port in $ports; do
    for way in IN OUT; do "$tables" -w -A "HAOPS-DRILL-$way" -p udp --dport "$port" -j DROP; done
  done
done`,
  rules: `case $(corosync-cmapctl -g totem.transport 2>/dev/null) in *knet*) ;; *)
  echo "cutting both directions takes nftables or iptables on this node, and there is neither" >&2; exit 1;;
esac
for port in $ports; do both_families rule add pref ${FIRST} ipproto ${UDP} dport "$port" blackhole; done`,
})}`
}

/**
 * Undoes either of them, whichever tool did it, and is content where nothing was done. A protocol that has no name on the node is
 * shown as `ipproto-6`, which iproute2 does not take back.
 */
export function unblock(): string {
  return `${FUNCTIONS}
nft delete table inet haops_drill 2>/dev/null || :
for tables in $(both_tables); do
  for way in IN:INPUT OUT:OUTPUT; do
    "$tables" -w -D "\${way#*:}" -j "HAOPS-DRILL-\${way%:*}" 2>/dev/null || :
    "$tables" -w -F "HAOPS-DRILL-\${way%:*}" 2>/dev/null || :
    "$tables" -w -X "HAOPS-DRILL-\${way%:*}" 2>/dev/null || :
  done
done
for family in -4 -6; do
  ip "$family" rule show | sed -nE 's/ipproto ipproto-/ipproto /; s/^(${FIRST}|${SECOND}):[[:space:]]*from all /\\1 /p' | while read -r pref rest; do
    case $rest in *ipproto*|blackhole*) ip "$family" rule del pref "$pref" $rest;; esac
  done
done
if nft list table inet haops_drill >/dev/null 2>&1; then exit 1; fi
if ip rule show | grep -qE '^(${FIRST}|${SECOND}):.*(ipproto|blackhole)'; then exit 1; fi`
}

const TCP = 6
const UDP = 17
const ICMPV6 = 58

/** Places among the rules of routing that nobody uses: right after the table of the node's own addresses. */
const FIRST = 41
const SECOND = 42

/** Shell functions, for all tools. */
const FUNCTIONS = `
both_tables() { for name in iptables ip6tables; do if command -v "$name" >/dev/null 2>&1; then echo "$name"; fi; done; }
iptables_chains() {
  for tables in $(both_tables); do
    for way in IN:INPUT OUT:OUTPUT; do
      "$tables" -w -N "HAOPS-DRILL-\${way%:*}"
      "$tables" -w -I "\${way#*:}" 1 -j "HAOPS-DRILL-\${way%:*}"
    done
  done
}
both_families() { ip -4 "$@" && { ip -6 "$@" 2>/dev/null || :; }; }`

/** The port that the login came in on, from the environment of the shell that sshd started; sudo has not passed it on. */
const SSH_PORT = `ssh_port() {
  pid=$$
  while [ "\${pid:-0}" -gt 1 ]; do
    login=$(tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
    if [ -n "$login" ]; then echo "\${login##* }"; return; fi
    pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
  done
}`

function byTool({ nft, iptables, rules }: { nft: string; iptables: string; rules: string }): string {
  return `${FUNCTIONS}
if nft list tables >/dev/null 2>&1; then
${nft}
elif iptables -w -n -L OUTPUT >/dev/null 2>&1; then
${iptables}
else
${rules}
fi`
}
