import type { CibElement } from "../../model/inventory.ts"

/** A rule in the words that `parseRule` reads; what it has no words for, a reader sees in `<…>`. */
export function ruleText({ attributes, children }: CibElement): string {
  const all = attributes["boolean-op"] ?? "and"
  return children
    .map((one) => (one.name === "rule" && one.children.length > 1 ? `(${ruleText(one)})` : termText(one)))
    .join(` ${all} `)
}

function termText(term: CibElement): string {
  const { attributes, children } = term
  switch (term.name) {
    case "rule":
      return ruleText(term)
    case "expression": {
      const { attribute = "", operation = "", value, type } = attributes
      if (value === undefined) return `${operation} ${quoted(attribute)}`
      return [quoted(attribute), operation, ...(type === undefined ? [] : [type]), quoted(value)].join(" ")
    }
    case "date_expression":
      return dateText(attributes, children[0])
    case "rsc_expression": {
      const { class: standard = "", provider, type = "" } = attributes
      return `resource ${provider === undefined && standard !== "" ? `${standard}:${type}` : `${standard}:${provider ?? ""}:${type}`}`
    }
    case "op_expression":
      return [
        "op",
        attributes.name ?? "",
        ...(attributes.interval === undefined ? [] : [`interval=${attributes.interval}`]),
      ].join(" ")
    default:
      return `<${term.name}>`
  }
}

function dateText(
  { operation = "", start, end }: Readonly<Record<string, string>>,
  part: CibElement | undefined,
): string {
  const { id: _, ...parts } = part?.attributes ?? {}
  const said = Object.entries(parts).map(([name, value]) => `${name}=${value}`)
  if (operation === "date_spec") return ["date-spec", ...said].join(" ")
  if (operation === "gt") return `date gt ${quoted(start ?? "")}`
  if (operation === "lt") return `date lt ${quoted(end ?? "")}`
  const until = part === undefined ? quoted(end ?? "") : ["duration", ...said].join(" ")
  return ["date", operation, ...(start === undefined ? [] : [quoted(start)]), "to", until].join(" ")
}

function quoted(word: string): string {
  if (/^[^\s()"']+$/.test(word) && !/^(and|or|to|date|date-spec|op|resource|defined|not_defined)$/.test(word))
    return word
  return word.includes('"') ? `'${word}'` : `"${word}"`
}
