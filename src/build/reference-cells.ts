/** What the reference reads of a JSON Schema (draft 7). */
export interface Schema {
  description?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  examples?: unknown[]
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

const LARGEST = Number.MAX_SAFE_INTEGER

export function alternatives(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema]
}

/** The type in a reader's words. */
export function typeOf(schema: Schema): string {
  if (isSecret(schema)) return "secret"
  return [...new Set(alternatives(schema).map((one) => (one === schema ? plainType(one) : typeOf(one))))].join(" or ")
}

/** `{ env: … }`, `{ file: … }`, `{ command: … }` or the text itself. */
export function isSecret(schema: Schema): boolean {
  const keys = new Set(alternatives(schema).flatMap((one) => Object.keys(one.properties ?? {})))
  return keys.size === 3 && ["env", "file", "command"].every((key) => keys.has(key))
}

/** The default that a description tells, and the description without it. */
export function splitDefault(description = ""): { text: string; byDefault?: string } {
  const [whole, value] =
    /(?:^|[.;] )(?:\w+'s? )?[Dd]efault(?: is|:)? (?!,)([^;]*?)(?=\.(?: |$)|;|$)/.exec(description) ?? []
  if (value !== undefined) {
    const at = description.indexOf(whole!)
    const rest = description.slice(at + whole!.length).replace(/^[.;] ?/, "")
    const parts = [description.slice(0, at), rest].filter((part) => part !== "")
    return { text: parts.join("; "), byDefault: value }
  }
  const named = /(\S+?)(?: \(default\)|, the default,)/.exec(description)?.[1]
  if (named !== undefined) return { text: description, byDefault: named }
  if (/; (haproxy|haops)'s? default$/.test(description)) return { text: description, byDefault: "true" }
  return { text: description }
}

/** A value that the schema itself takes, where no example has one. */
export function exampleOf(schema: Schema): string | undefined {
  if (isSecret(schema)) return "{ file: secrets/name }"
  const usual = /^(?:.*else )?([\w./:-]+)$/.exec(splitDefault(schema.description).byDefault ?? "")?.[1]
  if (usual !== undefined && (/^number/.test(typeOf(schema)) ? /^\d+$/.test(usual) : takesText(schema))) return usual
  const told = /such as (?!an? |the )("[^"]*"|`[^`]*`|[^\s,;]+)/
    .exec(schema.description ?? "")?.[1]
    ?.replaceAll("`", "")
  if (told !== undefined && takesText(schema)) return told
  const { examples = [], ...rest } = schema
  if (examples.length > 0) return String(examples.at(-1))
  if (Object.keys(rest).join() === "description") return wordOf(rest.description!)
  for (const one of alternatives(schema)) {
    const value = one === schema ? plainExample(one) : exampleOf(one)
    if (value !== undefined) return value
  }
  return undefined
}

function takesText(schema: Schema): boolean {
  return alternatives(schema).some(({ type, enum: words, properties }) =>
    type === undefined ? words === undefined && properties === undefined : type === "string",
  )
}

/** Of what any value may be written for, the description may tell what is meant: `reboot, off`. */
function wordOf(description: string): string | undefined {
  if (/^a whole number/.test(description)) return "1"
  return /^[\w-]+(?:, [\w-]+)*, ([\w-]+)$/.exec(description)?.[1]
}

function plainExample(schema: Schema): string | undefined {
  const pattern = patternOf(schema)
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return String(schema.enum.at(-1))
  if (isSpan(pattern)) return "30s"
  if (schema.type === "boolean") return "true"
  if (schema.type === "integer" || schema.type === "number") return String(Math.max(schema.minimum ?? 1, 1))
  if (schema.type === "array") {
    const item = exampleOf(schema.items ?? {})
    return item === undefined ? undefined : `[${item}]`
  }
  return undefined
}

function plainType(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ")
  if (isSpan(patternOf(schema))) return "time"
  if (Array.isArray(schema.type)) return schema.type.map((type) => WORDS[type] ?? type).join(" or ")
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`
  if (schema.type === "integer" || schema.type === "number") return `number${range(schema)}`
  if (schema.type === "object" && typeof schema.additionalProperties === "object") return "mapping by name"
  return WORDS[schema.type ?? ""] ?? schema.type ?? "value"
}

const WORDS: Record<string, string> = { string: "text", object: "mapping", boolean: "true or false", number: "number" }

function patternOf(schema: Schema): string | undefined {
  return schema.pattern ?? schema.allOf?.map(({ pattern }) => pattern).find((pattern) => isSpan(pattern))
}

function isSpan(pattern: string | undefined): boolean {
  return pattern?.includes("ms|s|") === true
}

function range({ minimum = -LARGEST, maximum = LARGEST }: Schema): string {
  if (minimum > -LARGEST && maximum < LARGEST) return `, ${minimum} to ${maximum}`
  if (maximum < LARGEST) return `, at most ${maximum}`
  return minimum > -LARGEST ? `, ${minimum} or more` : ""
}
