import type { Cib } from "./cib.ts"

/** By resource: names of its parameters that were given as secrets. Values are never recorded. */
export type SecretNames = Readonly<Record<string, readonly string[]>>

export function secretNames(secrets: readonly { resource: string; name: string }[]): SecretNames {
  const names: Record<string, string[]> = {}
  for (const { resource, name } of secrets) names[resource] = [...new Set([...(names[resource] ?? []), name])].sort()
  return sorted(names)
}

/** What either names. */
export function allNames(...records: readonly (SecretNames | undefined)[]): SecretNames {
  return secretNames(records.flatMap((names) => pairsOf(names ?? {})))
}

/** What of it is in the CIB: a parameter that has gone is nobody's secret any more. */
export function namesIn({ resources }: Cib, names: SecretNames): SecretNames {
  const has = new Map(resources.map(({ id, parameters }) => [id, parameters]))
  return secretNames(pairsOf(names).filter(({ resource, name }) => Object.hasOwn(has.get(resource) ?? {}, name)))
}

export function sameNames(a: SecretNames = {}, b: SecretNames = {}): boolean {
  return JSON.stringify(allNames(a)) === JSON.stringify(allNames(b))
}

/** For a record that has none it stays out. */
export function recorded(names: SecretNames): { secrets?: SecretNames } {
  return Object.keys(names).length === 0 ? {} : { secrets: names }
}

/** Each by itself. */
export function pairsOf(names: SecretNames): { resource: string; name: string }[] {
  return Object.entries(names).flatMap(([resource, all]) => all.map((name) => ({ resource, name })))
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
