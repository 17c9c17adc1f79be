import { textDiff } from "../host/text-diff.ts"
import { shownValue } from "./describe-change.ts"
import type { ParameterSecret } from "./parameter-secrets.ts"
import { maskedWords } from "./secret-names.ts"
import { isStandIn } from "./stand-in.ts"
import type { Rewriting } from "./transaction.ts"
import { type Element, parseXml, xmlLines } from "./xml.ts"

/** Which parameters hold secrets, whatever their names sound like. */
type Secrets = readonly Pick<ParameterSecret, "resource" | "name">[]

/** What is changed in the text of a CIB, as a diff of its lines for people: values that are secrets are hidden. */
export function describeEdit({ from, to }: Rewriting, secrets: Secrets): string {
  if (from === to) return ""
  const lines = (text: string) => xmlLines(hiding(parseXml(text), [], secrets)).map((line) => `${line}\n`)
  return textDiff("CIB", lines(from).join(""), lines(to).join("")).trimEnd()
}

/** `names`: of the secret parameters of the resource that it is in. */
function hiding({ name, attributes, children }: Element, names: readonly string[], secrets: Secrets): Element {
  const own = name === "primitive" ? secrets.filter(({ resource }) => resource === attributes.id) : undefined
  const hidden = own?.map((secret) => secret.name) ?? names
  const { value } = attributes
  return {
    name,
    attributes:
      value === undefined
        ? maskedWords(attributes, "[secret]")
        : { ...attributes, value: shown(attributes.name ?? "", value, hidden) },
    children: children.map((one) => hiding(one, hidden, secrets)),
  }
}

function shown(name: string, value: string, hidden: readonly string[]): string {
  if (isStandIn(value)) return "[new secret]"
  return hidden.includes(name) ? "[secret]" : shownValue(name, value)
}
