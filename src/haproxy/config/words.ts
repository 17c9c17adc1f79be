import { HaopsError } from "../../base/errors.ts"

/** One word of haproxy.cfg, escaped where haproxy would end it, begin a comment or strip a quote. `$` is plain outside of quotes. */
export function word(text: string): string {
  if (/[\0\n\r]/.test(text)) throw new HaopsError("E_BUG", "a word of haproxy.cfg cannot hold a line break")
  if (text === "") return '""'
  return text.replace(/[\\ #"']/g, "\\$&").replaceAll("\t", "\\t")
}

/** A directive from its words, those that are undefined left out. */
export function directive(...words: readonly (string | number | undefined)[]): string {
  return words
    .filter((part) => part !== undefined)
    .map((part) => word(String(part)))
    .join(" ")
}

/** `key value` for each key that has one, in order. */
export function settings(values: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${word(String(value))}`],
  )
}

/** A section: its header and the indented directives. */
export function section(header: string, lines: readonly string[]): string {
  return [header, ...lines.map((line) => `  ${line}`)].join("\n")
}

/** An IP address and port, IPv6 in brackets. */
export function endpoint(address: string, port: number | string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`
}

/** A line with further words in haproxy's own spelling at its end. */
export function withRaw(line: string, raw: string | undefined): string {
  return raw === undefined ? line : `${line} ${raw}`
}
