import type { Notes } from "../document/notes.ts"
import type { Path } from "../document/problems.ts"
import type { AnySection } from "../model/section.ts"
import type { PartialInventory } from "./schema.ts"

/** Warns of every secret that the file itself holds: those of logins, and those that the sections name. */
export function warnOfPlainSecrets(yaml: PartialInventory, sections: readonly AnySection[], notes: Notes): void {
  const named = sections.flatMap(({ secrets = [] }) => secrets).flatMap((path) => spelledOut(yaml, path))
  const paths = [...loginSecrets(yaml), ...named]
  for (const path of paths.filter((one) => typeof at(yaml, one) === "string")) {
    notes.warning(path, "a secret in plain text; write { env: NAME }, { file: PATH } or { command: LINE }")
  }
}

function loginSecrets(yaml: PartialInventory): Path[] {
  const hosts = (["controllers", "loadbalancers"] as const).flatMap((group) =>
    Object.keys(yaml[group] ?? {}).map((name) => [group, name, "ssh"]),
  )
  return [["ssh"], ...hosts].flatMap((path) =>
    ["passphrase", "password", "becomePassword"].map((key) => [...path, key]),
  )
}

/** With each key that is there in place of a `*`. */
function spelledOut(value: unknown, path: Path): readonly Path[] {
  const star = path.indexOf("*")
  if (star < 0) return [path]
  const before = path.slice(0, star)
  const map = at(value, before)
  const keys = typeof map === "object" && map !== null ? Object.keys(map) : []
  return keys.flatMap((key) => spelledOut(value, [...before, key, ...path.slice(star + 1)]))
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (one, key) => (typeof one === "object" && one !== null ? Reflect.get(one, key) : undefined),
    value,
  )
}
