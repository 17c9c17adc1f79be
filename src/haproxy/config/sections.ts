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
