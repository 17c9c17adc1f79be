/** A value that `busctl call` prints: a text, a list, or a map by texts. Numbers and truth values are texts too. */
export type BusValue = string | readonly BusValue[] | { readonly [key: string]: BusValue }

/**
 * Reads a reply as `busctl call` prints it, type first: `a{sv} 2 "target" s "default" "services" as 1 "ssh"`. Not by `--json`, which
 * systemd has since 240. Undefined for what is none.
 */
export function readReply(text: string): BusValue | undefined {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? []
  let at = 0
  const next = () => words[at++] ?? fail()
  const read = (type: string): BusValue => {
    if (type === "v") return read(next())
    if (type.startsWith("(")) return typesOf(type.slice(1, -1)).map(read)
    if (!type.startsWith("a")) return unquoted(next())
    const of = type.slice(1)
    const length = Number(next())
    if (!Number.isInteger(length)) fail()
    if (!of.startsWith("{")) return Array.from({ length }, () => read(of))
    const [key = "s", value = "v"] = typesOf(of.slice(1, -1))
    return Object.fromEntries(Array.from({ length }, () => [String(read(key)), read(value)]))
  }
  try {
    const value = read(next())
    return at === words.length ? value : undefined
  } catch {
    return undefined
  }
}

/** The complete types of a sequence: `sa{sv}` is `s` and `a{sv}`. */
function typesOf(sequence: string): readonly string[] {
  return sequence.match(/a*(?:\((?:[^()]|\([^()]*\))*\)|\{(?:[^{}]|\{[^{}]*\})*\}|[a-z])/g) ?? []
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word
}

function fail(): never {
  throw new Error("a reply that ends too soon")
}

/** The texts of a list. */
export function texts(value: BusValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : []
}
