import type { Defaults, ProxySection } from "../config/effective.ts"
import type { ConfigSection, HaproxyConfig } from "../config/parse.ts"

/** A section as it was written. */
export function sectionLines({ text, directives }: ConfigSection): string[] {
  return [text, ...directives.map((directive) => `  ${directive.text}`)]
}

/**
 * Proxies as they were written, with the `defaults` sections that they inherit from before them as they were: what the inventory's
 * own `defaults` say does not reach them.
 */
export function proxyLines({ sections }: HaproxyConfig, proxies: readonly ProxySection[]): string[] {
  const wanted = new Set(proxies.flatMap(({ section, defaults }) => [section, ...lineage(defaults)]))
  const bare = proxies.some(({ defaults }) => defaults === undefined) ? ["defaults"] : []
  return [...bare, ...sections.filter((section) => wanted.has(section)).flatMap(sectionLines)]
}

function lineage(defaults: Defaults | undefined): ConfigSection[] {
  return defaults === undefined ? [] : [...lineage(defaults.parent), defaults.section]
}
