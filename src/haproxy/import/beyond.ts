import { isBranch } from "../config/conditional.ts"
import type { ProxySection } from "../config/effective.ts"
import type { ConfigSection, HaproxyConfig } from "../config/parse.ts"
import { isPlain } from "./plain.ts"
import { lineage } from "./raw-sections.ts"
import { type Refusal, refusal } from "./refusal.ts"

/** Why a proxy can be neither a service nor a pool, whatever it says else: it holds in part only, or speaks what an inventory does not. */
export function beyond(proxy: ProxySection, config: HaproxyConfig): Refusal | undefined {
  return conditional(proxy) ?? ofBlock(proxy, config) ?? otherMode(proxy)
}

/** What holds in part only cannot be taken apart. */
function conditional({ section, defaults }: ProxySection): Refusal | undefined {
  const all = [section, ...lineage(defaults)].flatMap(({ directives }) => directives)
  const block = all.find(isBranch)
  return block && { reason: `it has a block "${block.text.split("\n")[0]}"`, line: block.line }
}

/** Which `defaults` it has is known where haproxy starts, if some of them stand in a block. */
function ofBlock({ section, defaults }: ProxySection, { sections }: HaproxyConfig): Refusal | undefined {
  const named = section.words[1] === "from"
  if (named && defaults !== undefined) return undefined
  const from = defaults === undefined ? 0 : sections.indexOf(defaults.section)
  const block = sections.slice(from, sections.indexOf(section)).findLast(hasDefaults)
  return block && { reason: `its defaults may be those of the block "${block.text}"`, line: block.line }
}

function hasDefaults({ kind, directives }: ConfigSection): boolean {
  return kind === ".if" && directives.some(({ words }) => words[0] === "defaults")
}

/** `mode spop`, `mode log`, `mode health`. One that a variable says stays in haproxy's words. */
function otherMode({ entries }: ProxySection): Refusal | undefined {
  const mode = entries.find(({ key }) => key === "mode")
  if (mode === undefined || !isPlain(mode.directive) || /^mode (tcp|http)$/.test(mode.text)) return undefined
  return refusal(`an inventory has no ${mode.text}`, mode)
}
