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

/** A line without what differs from run to run: figures and times, who runs it, which node is the DC, how wide a column is. */
export function general(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT\d{6}Z-\w+/g, "RUN")
    .replaceAll(/\S+@\S+/g, "WHO")
    .replaceAll(/\d+(\.\d+)*( (ms|s|min|h)\b)?/g, "0")
    .replaceAll(/\bDC\b/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
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
