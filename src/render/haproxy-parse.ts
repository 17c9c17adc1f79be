import { asHaopsError, HaopsError } from "../errors.ts"
import { tokenize } from "./haproxy-tokens.ts"

/** A haproxy.cfg as it is written, comments and blanks apart. */
export interface HaproxyConfig {
  sections: readonly ConfigSection[]
}

export interface ConfigSection {
  /** `global`, `defaults`, `listen`, … */
  kind: string
  /** What follows on the section's line: its name first. */
  words: readonly string[]
  /** Counts from 1. */
  line: number
  directives: readonly ConfigDirective[]
}

export interface ConfigDirective {
  words: readonly string[]
  line: number
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
    const line = index + 1
    const words = wordsOf(source, line)
    const [keyword, ...rest] = words
    if (keyword === undefined) continue
    const section = sections.at(-1)
    if (SECTIONS.has(keyword)) sections.push({ kind: keyword, words: rest, line, directives: [] })
    else if (section !== undefined) section.directives.push({ words, line })
    else throw new HaopsError("E_INPUT", `line ${line}: "${keyword}" stands before any section`)
  }
  return { sections }
}

function wordsOf(source: string, line: number): string[] {
  try {
    return tokenize(source).tokens.map((token) => token.text)
  } catch (thrown) {
    throw new HaopsError("E_INPUT", `line ${line}: ${asHaopsError(thrown).message}`, { cause: thrown })
  }
}
