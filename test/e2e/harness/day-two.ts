import { readFileSync } from "node:fs"

export interface Example {
  /** Without `npx haops`. */
  line: string
  /** Lines of what it prints, in its words there. */
  shown: readonly string[]
}

/** The commands of the section on day two in playbooks/README.md, in their order. */
export function dayTwoExamples(): readonly Example[] {
  const readme = readFileSync(new URL("../../../playbooks/README.md", import.meta.url), "utf8")
  const section = /^## Day two$(.*?)^## /ms.exec(readme)![1]!
  return [...section.matchAll(/```console\n(.*?)```/gs)].flatMap(([, text]) => examplesOf(text!))
}

/** What a client of it notices is held to its figures where nothing else runs meanwhile: in drill.test.ts. */
export function isDrill(line: string): boolean {
  return line.startsWith("drill ")
}

/**
 * A run printed the line as README shows it: the same words, small counts the same, other figures of the same order of magnitude. Which
 * of the nodes it was, who ran it and when, versions and addresses, and for how long a node has been there differ from run to run.
 */
export function isAsShown(shown: string, printed: string): boolean {
  const [right, found] = [read(shown), read(printed)]
  return right.words === found.words && right.figures.every((figure, index) => isAlike(figure, found.figures[index]!))
}

interface Figure {
  value: number
  /** None is that of a count. */
  unit: string | undefined
}

const FIGURE = /(?<![\w.])(\d+(?:\.\d+)?)(?: (ms|s|min|h)\b)?(?![\w.]*\w)/g
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }
/** Counts below it are of nodes, votes, failures and the like, and no other would be right. */
const SMALL = 10
/** Milliseconds. What takes less does so by chance of the machine. */
const SHORT = 1000

function read(line: string): { words: string; figures: readonly Figure[] } {
  const plain = line
    .replaceAll(/\d{4}-\d\d-\d\dT\d{6}Z-\w+/g, "RUN")
    .replaceAll(/\S+@\S+/g, "WHO")
    .replaceAll(/\d+(\.\d+){2,}/g, "DOTTED")
    .replaceAll(/\bcontroller\d\b/g, "NODE")
    .replaceAll(/\b(\d+) min (\d+) s\b/g, (_time, min, s) => `${60 * Number(min) + Number(s)} s`)
    .replace(/^(\s*NODE +online .*?)\d+(\.\d+)? (ms|s|min|h)\b/, "$1AGE")
    .replaceAll(/\bDC\b/g, "")
  const figures = [...plain.matchAll(FIGURE)].map(([, value, unit]) => ({ value: Number(value), unit }))
  const words = plain.replaceAll(FIGURE, (_figure, _value, unit) => (unit === undefined ? "COUNT" : "TIME"))
  return { words: words.replaceAll(/\s+/g, " ").trim(), figures }
}

function isAlike(right: Figure, found: Figure): boolean {
  if (right.unit === undefined && right.value < SMALL) return found.value === right.value
  const [one, other] = [right, found].map(({ value, unit }) =>
    unit === undefined ? value : Math.max(SHORT, value * MS[unit]!),
  )
  return Math.max(one!, other!) < 10 * Math.min(one!, other!)
}

function examplesOf(text: string): readonly Example[] {
  return text
    .split(/^\$ npx haops /m)
    .slice(1)
    .map((example) => {
      const [line = "", ...shown] = example.trimEnd().split("\n")
      return { line: line.replace(/\s+#.*$/, ""), shown: shown.filter((one) => !/^\s*…?$/.test(one)) }
    })
}
