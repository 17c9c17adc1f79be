import { asHaopsError, HaopsError } from "../../base/errors.ts"
import { blockDirective, blockSection, endOfBlock, isBranch } from "./conditional.ts"
import type { ConfigDirective, ConfigSection, HaproxyConfig } from "./sections.ts"
import { tokenize } from "./tokens.ts"

export type { ConfigDirective, ConfigSection, HaproxyConfig } from "./sections.ts"

const SECTIONS = new Set([
  "global",
  "defaults",
  "listen",
  "frontend",
  "backend",
  "userlist",
  "peers",
  "mailers",
  "resolvers",
  "cache",
  "program",
  "http-errors",
  "ring",
  "log-forward",
  "log-profile",
  "fcgi-app",
  "crt-store",
  "traces",
])

/** Reads a haproxy.cfg into its sections and their words. Throws `E_INPUT`, with the line, on what haproxy could not read either. */
export function parseHaproxyConfig(text: string): HaproxyConfig {
  const sections: (ConfigSection & { directives: ConfigDirective[] })[] = []
  const directives = text
    .split("\n")
    .map((source, index) => directiveOf(source, index + 1))
    .filter(({ words }) => words.length > 0)
  for (let at = 0; at < directives.length; at++) {
    const directive = directives[at]!
    const [keyword = "", ...rest] = directive.words
    const section = sections.at(-1)
    const block = keyword === ".if" ? directives.slice(at, endOfBlock(directives, at) + 1) : []
    if (block.some(isSection)) sections.push(blockSection(block, isSection))
    else if (SECTIONS.has(keyword)) sections.push({ ...directive, kind: keyword, words: rest, directives: [] })
    else if (section === undefined || (block.length === 0 && isBranch(directive)))
      throw new HaopsError("E_INPUT", `line ${directive.line}: "${keyword}" stands before any ${misplaced(keyword)}`)
    else section.directives.push(block.length === 0 ? directive : blockDirective(block))
    at += Math.max(0, block.length - 1)
  }
  return { sections }
}

function isSection({ words: [keyword = ""] }: ConfigDirective): boolean {
  return SECTIONS.has(keyword)
}

function misplaced(keyword: string): string {
  return isBranch({ words: [keyword] }) && keyword !== ".if" ? ".if" : "section"
}

function directiveOf(source: string, line: number): ConfigDirective {
  try {
    const { tokens, comment } = tokenize(source)
    const text = (comment === undefined ? source : source.slice(0, comment.start - 1)).trim()
    return { words: tokens.map((token) => token.text), line, text }
  } catch (thrown) {
    throw new HaopsError("E_INPUT", `line ${line}: ${asHaopsError(thrown).message}`, { cause: thrown })
  }
}
