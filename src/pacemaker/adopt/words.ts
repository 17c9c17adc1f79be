import type { OptionsYaml } from "../../document/scalars-schema.ts"
import { isSensitiveName, maskedWords } from "../secret-names.ts"
import { type Element, xmlLines } from "../xml.ts"

/** Text as YAML writes it without quotes, where it comes back as the same text. */
export function scalarOf(text: string): OptionsYaml[string] {
  if (text === "true" || text === "false") return text === "true"
  return /^-?\d+$/.test(text) && String(Number(text)) === text ? Number(text) : text
}

export function scalarsOf(values: Readonly<Record<string, string>>): OptionsYaml {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, scalarOf(value)]))
}

/** The record without what is undefined or holds nothing. */
export function nonEmpty<Value extends object>(record: Value): Partial<Value> {
  const full = Object.entries(record).filter(([, value]) => {
    return value !== undefined && !(typeof value === "object" && value !== null && Object.keys(value).length === 0)
  })
  return Object.fromEntries(full) as Partial<Value>
}

/** Elements of the CIB for people, under why they stand there; what may be a secret is not shown. */
export function shownXml(why: string, elements: readonly Element[]): string {
  return [`${why}:`, ...elements.flatMap((element) => xmlLines(masked(element), "  "))].join("\n")
}

function masked({ name, attributes, children }: Element): Element {
  const hidden = attributes.name !== undefined && attributes.value !== undefined && isSensitiveName(attributes.name)
  const shown = hidden ? { ...attributes, value: "(not shown)" } : maskedWords(attributes, "(not shown)")
  return { name, attributes: shown, children: children.map(masked) }
}
