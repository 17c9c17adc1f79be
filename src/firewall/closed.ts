import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Opening } from "../model/component.ts"
import { nameOf } from "./openings.ts"
import { howToOpenUfw } from "./ufw.ts"
import type { Zone } from "./zone.ts"

/** What of all that has to reach the host its firewalls keep out, a finding each, with the commands that let it in. */
export function closedFindings(
  openings: readonly Opening[],
  zones: readonly Zone[],
  managed: boolean,
): readonly Finding[] {
  return zones.flatMap(({ by, name, opened }): Finding[] => {
    const closed = openings.filter((one) => !isOpen(one, opened))
    if (closed.length === 0) return []
    const what = closed.map((one) => `${one.use} (${nameOf(one)})`)
    const { who, hint } = WORDS[by](name, closed, managed)
    return [{ severity: "warning", ask: true, message: `${who} lets in no ${listing(what, 12)}`, hint }]
  })
}

type Words = (name: string, closed: readonly Opening[], managed: boolean) => { who: string; hint: string }

const WORDS: Readonly<Record<Zone["by"], Words>> = {
  ufw: (_name, closed, managed) => {
    const byHaops = managed
      ? "On the host: "
      : "With `firewall: managed` in the inventory haops opens the ports. Or, on the host: "
    return { who: "ufw", hint: `${byHaops}${howToOpenUfw(closed.map(nameOf))}` }
  },
  firewalld: (name, closed) => ({ who: `firewalld's zone ${name}`, hint: howToOpen(name, closed) }),
  nftables: (name, closed) => ({ who: `nftables' chain ${name}`, hint: howToOpenNft(name, closed) }),
}

/** In its file, for good: what is added to a chain comes after what drops. By its unit, which flushes first where the file does not (EL). */
function howToOpenNft(name: string, closed: readonly Opening[]): string {
  const ports = (protocol: string) =>
    closed.flatMap((one) => (one.protocol === protocol && "port" in one ? [one.port] : []))
  const rules = ["tcp", "udp"].flatMap((protocol) => {
    const list = ports(protocol)
    return list.length === 0 ? [] : [`${protocol} dport { ${list.join(", ")} } accept`]
  })
  if (closed.some(({ protocol }) => protocol === "vrrp")) rules.push("meta l4proto 112 accept")
  const into = rules.map((rule) => `\`${rule}\``).join(" and ")
  return `On the host, in the file that it is loaded from: ${into} into ${name}, before what drops; then load it: systemctl reload nftables`
}

/** By both: what counts now, and what the next start reads. */
function howToOpen(zone: string, closed: readonly Opening[]): string {
  const words = closed.map((one) => (one.protocol === "vrrp" ? "--add-protocol=vrrp" : `--add-port=${nameOf(one)}`))
  const command = `--zone=${zone} ${words.join(" ")}`
  return `With \`firewall: managed\` in the inventory haops lets them in. Or, on the host: firewall-cmd ${command} && firewall-cmd --permanent ${command}`
}

function isOpen(opening: Opening, opened: readonly string[]): boolean {
  return opened.some((one) => {
    if (opening.protocol === "vrrp") return one === "vrrp"
    const [, first, last = first, protocol] = /^(\d+)(?:-(\d+))?\/(\w+)$/.exec(one) ?? []
    return protocol === opening.protocol && Number(first) <= opening.port && opening.port <= Number(last)
  })
}
