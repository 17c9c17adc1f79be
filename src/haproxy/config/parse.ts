import { asHaopsError, HaopsError } from "../../base/errors.ts"
import { tokenize } from "./tokens.ts"

/** A haproxy.cfg as it is written, comments and blanks apart. */
export interface HaproxyConfig {
  sections: readonly ConfigSection[]
}

export interface ConfigSection extends ConfigDirective {
  /** `global`, `defaults`, `listen`, … */
  kind: string
  /** What follows the kind on the section's line: its name first. */
  words: readonly string[]
  directives: readonly ConfigDirective[]
}

export interface ConfigDirective {
  words: readonly string[]
  /** Counts from 1. */
  line: number
  /** The line as it is written, without its comment. */
  text: string
}

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
  for (const [index, source] of text.split("\n").entries()) {
    const directive = directiveOf(source, index + 1)
    const [keyword, ...rest] = directive.words
    if (keyword === undefined) continue
    const section = sections.at(-1)
    if (SECTIONS.has(keyword)) sections.push({ ...directive, kind: keyword, words: rest, directives: [] })
    else if (section !== undefined) section.directives.push(directive)
    else throw new HaopsError("E_INPUT", `line ${directive.line}: "${keyword}" stands before any section`)
  }
  return { sections }
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
