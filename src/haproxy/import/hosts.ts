import { whyNoHostName } from "../../base/host-name.ts"
import type { ProxySection } from "../config/effective.ts"
import { parseHaproxyEndpoint } from "../config/endpoint.ts"

/** A host or VIP by name. */
export interface Named {
  name: string
  address: string
}

/**
 * The hosts that most of the proxies have as servers, in their order: with them as controllers most services need to name no
 * backends. Empty where no list is a list of hosts.
 */
export function commonHosts(proxies: readonly ProxySection[]): readonly Named[] {
  const counts = new Map<string, number>()
  for (const proxy of proxies) {
    const hosts = serversOf(proxy)
    if (hosts === undefined) continue
    const key = JSON.stringify(hosts)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const best = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ["[]", 0])
  return JSON.parse(best[0]) as Named[]
}

/** The addresses that proxies are bound to, but for those of a host itself: each is a VIP, most likely. */
export function boundAddresses(proxies: readonly ProxySection[], hosts: readonly Named[]): readonly string[] {
  const words = proxies.flatMap(({ entries }) => entries.map(({ text }) => /^bind (\S+)/.exec(text)?.[1] ?? ""))
  const addresses = words.flatMap((word) => parseHaproxyEndpoint(word)?.address ?? [])
  const own = new Set(hosts.map(({ address }) => address))
  return [...new Set(addresses)].filter((address) => !own.has(address) && !/^(\*|127\..*|::1?)$/.test(address))
}

function serversOf({ entries }: ProxySection): readonly Named[] | undefined {
  const lines = entries.filter(({ text }) => text.startsWith("server "))
  const hosts = lines.flatMap(({ directive }): Named[] => {
    const [, name = "", target = ""] = directive.words
    const address = parseHaproxyEndpoint(target)?.address
    return address === undefined ? [] : [{ name, address }]
  })
  const distinct = [hosts.map(({ name }) => name), hosts.map(({ address }) => address)]
  const unique = distinct.every((list) => new Set(list).size === list.length)
  const real = hosts.every(({ name, address }) => whyNoHostName(name) === undefined && !/^127\.|^::1$/.test(address))
  return hosts.length === lines.length && hosts.length > 0 && unique && real ? hosts : undefined
}
