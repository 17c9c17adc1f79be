import { stringify } from "yaml"
import { alternatives, exampleOf, isSecret, type Schema, splitDefault, typeOf } from "./reference-cells.ts"
import { TEXTS } from "./reference-texts.ts"

interface Row {
  key: string
  schema: Schema
  required: boolean
  /** Where the same keys stand already, by that key. */
  as?: string
}

const HEAD = `# Every key of an inventory
Made from the schema by \`npm run reference\`; [README.md](README.md) says what the keys are for. A time is a number with its unit: \`500ms\`,
\`30s\`, \`2min\`, \`1h\`. A secret is \`{ env: NAME }\`, \`{ file: PATH }\` or \`{ command: LINE }\`. NAME stands for a name of yours, \`[]\` for
each entry of a list.
`

/** Markdown of every key with type, default and example. Examples are the documents' own values, else what the schema takes. */
export function inventoryReference(schema: Schema, documents: readonly unknown[]): string {
  const seen = new Map<string, string>()
  const sections = Object.entries(schema.properties ?? {}).map(([name, section]) => {
    const required = schema.required?.includes(name) === true
    const rows = rowsOf({ key: name, schema: section, required }, seen)
    return `\n## ${name}\n${table(rows, documents)}`
  })
  return `${HEAD}${sections.join("")}`
}

/** A key's row and those below it; keys that were told already are named by where. */
function rowsOf(row: Row, seen: Map<string, string>): Row[] {
  if (isSecret(row.schema)) return [row]
  const shape = JSON.stringify({ ...row.schema, description: undefined })
  const as = seen.get(shape)
  if (as !== undefined) return [{ ...row, as }]
  const below = belowOf(row).flatMap((one) => rowsOf(one, seen))
  if (below.length >= 3) seen.set(shape, row.key)
  return [row, ...below]
}

function belowOf({ key, schema }: Row): Row[] {
  const rows = new Map<string, Row>()
  for (const one of alternatives(schema)) {
    if (isSecret(one)) continue
    if (one !== schema && (one.anyOf ?? one.oneOf) !== undefined) {
      for (const row of belowOf({ key, schema: one, required: false })) add(rows, row)
    }
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      add(rows, { key: `${key}.${name}`, schema: property, required: one.required?.includes(name) === true })
    }
    if (typeof one.additionalProperties === "object") addNested(rows, `${key}.NAME`, one.additionalProperties)
    if (one.items !== undefined) addNested(rows, `${key}[]`, one.items)
  }
  return [...rows.values()]
}

/** An entry of a mapping or a list has a row of its own only where there is more to say than its type. */
function addNested(rows: Map<string, Row>, key: string, schema: Schema): void {
  const row = { key, schema, required: false }
  if (belowOf(row).length > 0) add(rows, row)
}

/** The same key of two alternatives is one row that takes both. */
function add(rows: Map<string, Row>, row: Row): void {
  const other = rows.get(row.key)
  if (other === undefined) rows.set(row.key, row)
  else if (JSON.stringify(other.schema) !== JSON.stringify(row.schema)) {
    const anyOf = [...alternatives(other.schema), ...alternatives(row.schema)]
    const description = other.schema.description ?? row.schema.description
    rows.set(row.key, { ...other, schema: { ...(description !== undefined && { description }), anyOf } })
  }
}

function table(rows: readonly Row[], documents: readonly unknown[]): string {
  const lines = rows.map((row) => {
    const { text, byDefault } = splitDefault(descriptionOf(row.schema))
    const fallback = row.required ? "required" : "–"
    const example = documents.map((document) => valueAt(document, pathOf(row.key))).find((value) => value !== undefined)
    const shown =
      example ?? exampleOf(row.schema) ?? (row.as === undefined ? TEXTS[pathOf(row.key).at(-1)!] : undefined)
    const type = row.as === undefined ? typeOf(row.schema) : `as \`${row.as}\``
    return `| \`${row.key}\` | ${[text, type, byDefault ?? fallback, shown === undefined ? "" : `\`${shown}\``].map(cell).join(" | ")} |`
  })
  return ["| key | means | type | default | example |", "| --- | --- | --- | --- | --- |", ...lines, ""].join("\n")
}

function descriptionOf(schema: Schema): string | undefined {
  return schema.description ?? alternatives(schema).find(({ description }) => description !== undefined)?.description
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ")
}

function pathOf(key: string): readonly string[] {
  return key.replaceAll("[]", ".[]").split(".")
}

/** The first short value at a path of a document, as YAML of one line. */
function valueAt(value: unknown, [key, ...rest]: readonly string[]): string | undefined {
  if (key === undefined) return oneLine(value)
  if (typeof value !== "object" || value === null) return undefined
  if (key !== "NAME" && key !== "[]") return valueAt((value as Record<string, unknown>)[key], rest)
  if (Array.isArray(value) !== (key === "[]")) return undefined
  return Object.values(value)
    .map((one) => valueAt(one, rest))
    .find((one) => one !== undefined)
}

function oneLine(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = stringify(value, { collectionStyle: "flow", flowCollectionPadding: true, lineWidth: 0 }).trimEnd()
  return text.includes("\n") || text.length > 70 ? undefined : text
}
