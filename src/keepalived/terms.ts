import { MANAGED } from "../host/mark.ts"

/** What both sides of a VRRP conversation must agree on, or what decides between them. */
const TERMS =
  /^\s*(vrrp_instance|virtual_router_id|priority|version|advert_int|nopreempt|interface|unicast_src_ip|auth_\w+)\b/

/**
 * Whether the VIP may move when a host goes from one configuration to the other: peers that do not agree on the terms do not hear
 * each other until the last one is changed, and another priority is another holder.
 */
export function mayMoveVip(have: string, want: string): boolean {
  return terms(have) !== terms(want)
}

/** In the example that EL's package puts in the file's place, and nowhere else. */
const SAMPLE = "acassen@firewall.loc"

/** Whether somebody other than haops and the vendor wrote this keepalived.conf. */
export function isForeignConfig(config: string): boolean {
  return config.trim() !== "" && !config.startsWith(MANAGED) && !config.includes(SAMPLE)
}

/** Addresses that a keepalived.conf manages and that are not among `known`. */
export function strangers(config: string, known: readonly string[]): readonly string[] {
  const text = config.replaceAll(/[#!].*$/gm, "")
  const vips = [...text.matchAll(/virtual_ipaddress(?:_excluded)?\s*\{([^}]*)\}/g)].flatMap(([, body = ""]) =>
    body.split("\n").flatMap((line) => line.trim().split(/[\s/]/, 1)),
  )
  const servers = [...text.matchAll(/^\s*virtual_server\s+(\S+)/gm)].map(([, address = ""]) => address)
  return [...new Set([...vips, ...servers])].filter((address) => address !== "" && !known.includes(address))
}

/** The file without its password, for people. */
export function redactKeepalived(config: string): string {
  return config.replaceAll(/^(\s*auth_pass[ \t]+).*$/gm, "$1[secret]")
}

function terms(config: string): string {
  return config
    .split("\n")
    .filter((line) => TERMS.test(line))
    .map((line) => line.trim().replaceAll(/\s+/g, " "))
    .join("\n")
}
