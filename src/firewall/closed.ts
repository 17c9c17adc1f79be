import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Opening } from "../model/component.ts"
import { nameOf } from "./openings.ts"
import type { Zone } from "./state.ts"
import { howToOpenUfw } from "./ufw.ts"

/** What of all that has to reach the host its firewalls keep out, a finding each, with the commands that let it in. */
export function closedFindings(openings: readonly Opening[], zones: readonly Zone[]): readonly Finding[] {
  return zones.flatMap(({ by, name, opened }): Finding[] => {
    const closed = openings.filter((one) => !isOpen(one, opened))
    if (closed.length === 0) return []
    const what = closed.map((one) => `${one.use} (${nameOf(one)})`)
    const who = by === "ufw" ? "ufw" : `firewalld's zone ${name}`
    const hint = by === "ufw" ? howToOpenUfw(closed.map(nameOf)) : howToOpen(name, closed)
    return [{ severity: "warning", ask: true, message: `${who} lets in no ${listing(what, 12)}`, hint }]
  })
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
