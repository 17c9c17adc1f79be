import { HaopsError } from "../base/errors.ts"
import type { Notes } from "../document/notes.ts"
import type { AnySection, Expanded } from "../model/section.ts"
import { expandHosts } from "./hosts-expand.ts"
import type { PartialInventory } from "./schema.ts"
import { warnOfPlainSecrets } from "./warnings.ts"

/**
 * The inventory with short forms expanded, defaults applied and references checked. What is wrong goes to `notes`; the
 * result is worth nothing then. Sections may be absent: those that could not be read.
 */
export function expandInventory(
  yaml: PartialInventory,
  { file, sections, notes }: { file: string; sections: readonly AnySection[]; notes: Notes },
): Expanded {
  const ordered = inOrder(sections)
  const hosts = expandHosts(yaml, file, notes)
  const settings: Partial<Expanded> & Record<string, unknown> = {}
  const context = { file, hosts, yaml, expanded: settings, notes }
  for (const { key, expand } of ordered) settings[key] = expand(yaml[key], context)
  // Each section sees to it that what it expands to is of the type that the inventory has for it.
  const inventory = { ...settings, file, name: yaml.name ?? "", hosts } as Expanded
  for (const { check } of ordered) check?.(context)
  warnOfPlainSecrets(yaml, sections, notes)
  for (const { advise } of ordered) advise?.(inventory, notes)
  const completed = ordered.map(({ key, complete }) => {
    return [key, settings[key] === undefined ? undefined : (complete?.(settings[key], inventory) ?? settings[key])]
  })
  return { ...inventory, ...Object.fromEntries(completed) }
}

/** Each after those that it reads; else as they are listed. */
function inOrder(sections: readonly AnySection[]): readonly AnySection[] {
  const left = [...sections]
  const ordered: AnySection[] = []
  while (left.length > 0) {
    const next = left.findIndex(({ after = [] }) => !left.some(({ key }) => after.includes(key)))
    if (next < 0)
      throw new HaopsError("E_BUG", `sections wait for each other: ${left.map(({ key }) => key).join(", ")}`)
    ordered.push(...left.splice(next, 1))
  }
  return ordered
}
