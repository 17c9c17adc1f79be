import { TIMEOUTS, type TimeoutName } from "../../model/haproxy.ts"
import { OPTION_NAMES, type OptionName, type Options, type OptionValue } from "../../model/haproxy-options.ts"
import type { Entry } from "../config/effective.ts"
import { milliseconds, withUnit } from "../config/time.ts"
import type { DefaultsYaml } from "../section/schema.ts"

/** An option that the inventory has, and its value; undefined for any other directive. */
export function optionOf({ text, key }: Pick<Entry, "text" | "key">): [OptionName, OptionValue] | undefined {
  if (!key.startsWith("option ")) return undefined
  const [, name, ...rest] = text.split(" ")
  const option = OPTION_NAMES.find((candidate) => candidate === name)
  if (option === undefined) return undefined
  if (rest.length === 0) return [option, true]
  return option === "forwardfor" ? forwardFor(rest) : undefined
}

/** `timeout client 1m` as name, milliseconds as `haproxyMeaning` has them, and with a unit as the inventory does. */
export function timeoutOf({ text, directive }: Entry): { name: TimeoutName; ms: string; value: string } | undefined {
  const name = TIMEOUTS.find((candidate) => text.startsWith(`timeout ${candidate} `))
  const value = withUnit(directive.words.at(-1) ?? "")
  return name === undefined || value === undefined ? undefined : { name, ms: milliseconds(value), value }
}

/** HTTP status and file. */
export function errorfileOf({ text }: Entry): [status: string, file: string] | undefined {
  const match = /^errorfile ([1-5]\d\d) (\S+)$/.exec(text)
  return match === null ? undefined : [match[1]!, match[2]!]
}

/** The number of `maxconn 4000` or `retries 3`. */
export function numberOf(entry: Pick<Entry, "text"> | undefined): number | undefined {
  const match = /^\S+ (\d+)$/.exec(entry?.text ?? "")
  return match === null ? undefined : Number(match[1])
}

/**
 * Options as an inventory writes them over those that hold anyway: nothing, a list where that is exact, else a mapping. `log` is
 * the option that a service has where it does not list its own.
 */
export function optionsYaml(wanted: Options, given: Options, log?: OptionName): DefaultsYaml["options"] {
  const own = OPTION_NAMES.filter((name) => wanted[name] !== undefined && !same(wanted[name], given[name]))
  const missing = OPTION_NAMES.filter((name) => given[name] !== undefined && wanted[name] === undefined)
  const usual: readonly OptionName[] = log === undefined ? [] : [log]
  const unlogged = usual.filter((name) => wanted[name] === undefined)
  const changed = own.filter((name) => !usual.includes(name))
  if (missing.length + unlogged.length + changed.length === 0) return undefined
  // In `defaults` a list replaces what holds anyway, in a service it replaces the log alone.
  const listed = log === undefined ? OPTION_NAMES.filter((name) => wanted[name] !== undefined) : own
  const exact = (log === undefined || missing.length === 0) && listed.every((name) => wanted[name] === true)
  if (exact) return listed
  const off = [...missing, ...unlogged].map((name) => [name, false] as const)
  return Object.fromEntries([...changed.map((name) => [name, wanted[name]] as const), ...off])
}

function same(one: OptionValue | undefined, other: OptionValue | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function forwardFor(words: readonly string[]): [OptionName, OptionValue] | undefined {
  const value: { except?: string; header?: string; ifNone?: boolean } = {}
  for (let at = 0; at < words.length; at++) {
    if (words[at] === "if-none") value.ifNone = true
    else if (words[at] === "except" && words[at + 1] !== undefined) value.except = words[++at]!
    else if (words[at] === "header" && words[at + 1] !== undefined) value.header = words[++at]!
    else return undefined
  }
  return ["forwardfor", value]
}
