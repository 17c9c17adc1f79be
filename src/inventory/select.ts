import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import type { Host, Inventory } from "../model/inventory.ts"

/**
 * The hosts that `--limit` names, in the order of the inventory: host names, globs (`*`, `?`) and groups, parted by
 * commas, as `flag` was given. Undefined: all. Throws `E_INPUT` where a pattern names none.
 */
export function selectHosts(
  { hosts }: Pick<Inventory, "hosts">,
  limit: string | undefined,
  flag = "--limit",
): readonly Host[] {
  if (limit === undefined) return hosts
  const patterns = limit.split(",").map((pattern) => pattern.trim())
  const matchers = patterns.filter((pattern) => pattern !== "").map((pattern) => matcherOf(pattern, hosts, flag))
  if (matchers.length === 0) throw new HaopsError("E_INPUT", `${flag} names no host`)
  return hosts.filter((host) => matchers.some((matches) => matches(host)))
}

function matcherOf(pattern: string, hosts: readonly Host[], flag: string): (host: Host) => boolean {
  const glob = globOf(pattern)
  const matches = (host: Host) => pattern === "all" || pattern === host.group || glob.test(host.name)
  if (!hosts.some(matches)) throw unknown(pattern, hosts, flag)
  return matches
}

function globOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (char) => GLOB[char] ?? `\\${char}`)
  return new RegExp(`^${source}$`, "i")
}

const GLOB: Readonly<Record<string, string>> = { "*": ".*", "?": "." }

function unknown(pattern: string, hosts: readonly Host[], flag: string): HaopsError {
  const names = [...hosts.map((host) => host.name), ...new Set(hosts.map((host) => host.group)), "all"]
  const near = nearest(pattern, names)
  const suggestion = near === undefined ? "" : `; did you mean "${near}"?`
  return new HaopsError("E_INPUT", `${flag}: no host or group is called "${pattern}"${suggestion}`, {
    hint: `There are: ${names.join(", ")}.`,
  })
}
