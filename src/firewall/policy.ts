import type { FileWant } from "../host/file-drift.ts"
import type { Opening } from "../model/component.ts"

/**
 * A policy of firewalld (0.9, firewalld.policy(5)) from every zone to the host, judged before the zone's own rules. It is the only object
 * of ours: no zone, and no service in one, is touched.
 */
export const POLICY = "haops"

export interface Rule {
  /** The address that it is for; undefined: any. */
  source?: string | undefined
  opening: Opening
}

/** One rule for what anyone may reach, and one for each of the hosts' addresses for what is theirs. */
export function rulesOf(openings: readonly Opening[], sources: readonly string[]): readonly Rule[] {
  return openings.flatMap((opening): Rule[] =>
    opening.from === "anyone" ? [{ opening }] : sources.map((source) => ({ source, opening })),
  )
}

/** As firewalld itself writes a rule of its rich language. */
export function richRule({ source, opening }: Rule): string {
  const from = source === undefined ? "" : ` family="${familyOf(source)}" source address="${source}"`
  return `rule${from} ${element(opening)} accept`
}

/** The policy for the next start and the next reload. */
export function policyFile(rules: readonly Rule[]): FileWant {
  const content = `<?xml version="1.0" encoding="utf-8"?>
<!-- Written by haops; changes made here are overwritten. -->
<policy priority="-10" target="CONTINUE">
  <short>${POLICY}</short>
  <description>What the highly available control plane needs, and nothing else. Written by haops.</description>
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
${rules.map(xmlRule).join("")}</policy>
`
  return { path: `/etc/firewalld/policies/${POLICY}.xml`, content, mode: "0644", owner: "root:root" }
}

function xmlRule({ source, opening }: Rule): string {
  const family = source === undefined ? "" : ` family="${familyOf(source)}"`
  const from = source === undefined ? "" : `<source address="${source}"/>`
  return `  <rule${family}>${from}<${element(opening)}/><accept/></rule>\n`
}

/** The same words in both languages. */
function element(opening: Opening): string {
  if (opening.protocol === "vrrp") return 'protocol value="vrrp"'
  return `port port="${opening.port}" protocol="${opening.protocol}"`
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4"
}
