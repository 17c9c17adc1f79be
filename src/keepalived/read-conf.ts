/** A statement of keepalived.conf, with what stands in its braces. */
export interface Statement {
  words: readonly string[]
  inner: readonly Statement[]
}

/** A `vrrp_instance`. */
export interface Instance {
  name: string
  inner: readonly Statement[]
}

/** The statements of a keepalived.conf as they stand; what is included from elsewhere is a statement like others. */
export function readKeepalivedConf(text: string): readonly Statement[] {
  const root: { words: string[]; inner: ReturnType<typeof statement>[] } = statement([])
  const stack = [root]
  for (const line of text.split("\n").flatMap(linesOf)) {
    const open = stack.at(-1)!
    if (line === "{") stack.push(open.inner.at(-1) ?? open)
    else if (line === "}" && stack.length > 1) stack.pop()
    else if (line !== "}") open.inner.push(statement(wordsOf(line)))
  }
  return root.inner
}

function statement(words: string[]): { words: string[]; inner: ReturnType<typeof statement>[] } {
  return { words, inner: [] }
}

/** Without comments, each brace by itself. */
function linesOf(line: string): readonly string[] {
  const parts = line.match(/"[^"]*"|[#!].*|[{}]|[^"#!{}]+|./g) ?? []
  const text = parts.filter((part) => !/^[#!]/.test(part)).map((part) => (/^[{}]$/.test(part) ? `\n${part}\n` : part))
  return text
    .join("")
    .split("\n")
    .map((one) => one.trim())
    .filter((one) => one !== "")
}

function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"))
}

export function named(statements: readonly Statement[], name: string): Statement | undefined {
  return statements.find(({ words }) => words[0] === name)
}

/** What follows the statement's name. */
export function wordAfter(statements: readonly Statement[], name: string): string | undefined {
  return named(statements, name)?.words[1]
}
