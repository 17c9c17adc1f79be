import type { Zone } from "./zone.ts"

/**
 * Shell that prints nftables' rules, where a file that they are loaded from keeps something out: no more than a look at it where it does not.
 * What firewalld and ufw made is theirs to tell.
 */
export const NFT_SCRIPT = `for file in /etc/nftables.conf /etc/sysconfig/nftables.conf; do
  [ -r "$file" ] || continue
  while read -r line || [ -n "$line" ]; do
    case $line in '#'*) continue ;; *drop*|*reject*|*include*) ;; *) continue ;; esac
    nft list ruleset 2>/dev/null | sed 's/^/nft /'
    break 2
  done <"$file"
done`

/** Tables that others than an administrator make. */
const NOT_OURS = /^table (inet firewalld|inet haops_\w+|ip6? (filter|nat|mangle|raw))$/

/** Of the rules as `nft list ruleset` has them: what comes in by a table that keeps out all that it does not name. */
export function nftZones(lines: readonly string[]): Zone[] {
  return tablesOf(lines).flatMap(({ name, chains }): Zone[] => {
    const input = chains.find(({ rules }) => rules.some((rule) => /\bhook input\b/.test(rule)))
    if (NOT_OURS.test(`table ${name}`) || input === undefined) return []
    const jumped = chains.filter((chain) => chain !== input && reached(chain.name, input, chains))
    const all = [input, ...jumped].flatMap(({ rules }) => rules)
    const drops = input.rules.some((rule) => /\bhook input\b.*\bpolicy drop\b/.test(rule)) || keepsOut(input, chains)
    return drops ? [{ by: "nftables", name: `${name} ${input.name}`, opened: all.flatMap(opened) }] : []
  })
}

interface Chain {
  name: string
  rules: readonly string[]
}

function tablesOf(lines: readonly string[]): readonly { name: string; chains: readonly Chain[] }[] {
  const tables: { name: string; chains: { name: string; rules: string[] }[] }[] = []
  let chain: { name: string; rules: string[] } | undefined
  for (const line of lines.map((text) => text.trim())) {
    const [, table] = /^table (.+) \{$/.exec(line) ?? []
    const [, named] = /^chain (.+) \{$/.exec(line) ?? []
    if (table !== undefined) tables.push({ name: table, chains: [] })
    else if (named !== undefined) {
      chain = { name: named, rules: [] }
      tables.at(-1)?.chains.push(chain)
    } else if (line === "}") chain = undefined
    else chain?.rules.push(line)
  }
  return tables
}

function reached(name: string, from: Chain, chains: readonly Chain[], seen = new Set<string>()): boolean {
  const next = from.rules.flatMap((rule) => /\b(?:jump|goto) ([^ ]+)/.exec(rule)?.[1] ?? [])
  if (next.includes(name)) return true
  return chains.some((one) => {
    if (!next.includes(one.name) || seen.has(one.name)) return false
    seen.add(one.name)
    return reached(name, one, chains, seen)
  })
}

/** By itself, or by a chain that all comes to: one that some packets only are sent to keeps out no others. */
function keepsOut({ rules }: Chain, chains: readonly Chain[], seen: readonly string[] = []): boolean {
  return rules.some((rule) => {
    const [, name] = /^(?:counter packets \d+ bytes \d+ )?(?:jump|goto) (\S+)$/.exec(rule) ?? []
    const next = chains.find((one) => one.name === name && !seen.includes(one.name))
    return keepsOutTheRest(rule) || (next !== undefined && keepsOut(next, chains, [...seen, next.name]))
  })
}

function keepsOutTheRest(rule: string): boolean {
  return /^(counter packets \d+ bytes \d+ )?(log\b.* )?(drop|reject\b.*)$/.test(rule)
}

const ANYTHING = ["1-65535/tcp", "1-65535/udp", "vrrp"]

/** What a rule lets in. From whom is not judged, and what is not understood is taken for all: what is told as closed is closed. */
function opened(rule: string): readonly string[] {
  if (!/\baccept\b/.test(rule) || /\bhook input\b/.test(rule)) return []
  const others = /^ct state\b/.test(rule) && !/\b(new|untracked)\b/.test(rule)
  if (others || /^iif(name)? "?lo"?( |$)|\bicmp/.test(rule)) return []
  const [, protocol, ports = ""] = /\b(tcp|udp|th) dport (\{[^}]*\}|\S+)/.exec(rule) ?? []
  if (protocol !== undefined) {
    const list = ports
      .replace(/[{}]/g, "")
      .split(",")
      .map((port) => port.trim())
    if (!list.every((port) => /^\d+(-\d+)?$/.test(port))) return ANYTHING
    return list.flatMap((port) => (protocol === "th" ? ["tcp", "udp"] : [protocol]).map((one) => `${port}/${one}`))
  }
  const [, named = ""] = /\b(?:ip protocol|ip6 nexthdr|meta l4proto) (\{[^}]*\}|\S+)/.exec(rule) ?? []
  if (named === "") return ANYTHING
  return /\b(vrrp|112)\b/.test(named) ? ["vrrp"] : ANYTHING.filter((one) => named.includes(one.slice(-3)))
}
