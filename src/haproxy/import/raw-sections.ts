import type { Defaults, ProxySection } from "../config/effective.ts"
import type { ConfigSection, HaproxyConfig } from "../config/parse.ts"

/** A section as it was written. */
export function sectionLines({ text, directives }: ConfigSection): string[] {
  return [text, ...directives.flatMap((directive) => directive.text.split("\n")).map((line) => `  ${line}`)]
}

/**
 * Proxies, and blocks of them under a condition, as they were written, with the `defaults` sections that they inherit from before them as they were: what the inventory's
 * own `defaults` say does not reach them.
 */
export function proxyLines({ sections }: HaproxyConfig, proxies: readonly ProxySection[]): string[] {
  const blocks = sections.filter(({ kind }) => kind === ".if")
  const before = blocks.map((block) => sections.slice(0, sections.indexOf(block)).findLast(isDefaults))
  const wanted = new Set([
    ...proxies.flatMap(({ section, defaults }) => [section, ...lineage(defaults)]),
    ...blocks,
    ...before,
  ])
  const bare = before.includes(undefined) || proxies.some(({ defaults }) => defaults === undefined) ? ["defaults"] : []
  return [...bare, ...sections.filter((section) => wanted.has(section)).flatMap(sectionLines)]
}

function isDefaults({ kind }: ConfigSection): boolean {
  return kind === "defaults"
}

/** A `defaults` section and those that it goes on from, the first of them first. */
export function lineage(defaults: Defaults | undefined): ConfigSection[] {
  return defaults === undefined ? [] : [...lineage(defaults.parent), defaults.section]
}
