import type { Notes } from "./notes.ts"
import { formatPath, formatPlace, type InputProblem, type Path } from "./problems.ts"
import { placed } from "./yaml-document.ts"
import type { YamlSource } from "./yaml-source.ts"

/** What the checks of an inventory found, each with its place in the file. */
export interface Findings {
  notes: Notes
  problems: readonly InputProblem[]
  warnings: readonly InputProblem[]
}

/** What was taken out of the data before it was checked. */
export interface Lost {
  /** Sections of which something is missing. */
  sections: ReadonlySet<string>
  /** A path of the checked data as a path of the file. */
  original(path: Path): Path
}

/** The sections that a section's checks look into: where one of them is incomplete, what they find may not be true. */
const RESTS_ON: Readonly<Record<string, readonly string[]>> = {
  vips: ["controllers", "loadbalancers", "pacemaker"],
  haproxy: ["controllers", "loadbalancers", "vips", "haproxy"],
  keepalived: ["controllers", "loadbalancers", "vips", "haproxy"],
  pacemaker: ["controllers", "loadbalancers", "vips", "haproxy", "pacemaker"],
}

/** Takes what checks find. A problem that may only follow from one already told of is kept back. */
export function collectFindings(source: YamlSource, lost: Lost): Findings {
  const problems: InputProblem[] = []
  const warnings: InputProblem[] = []
  const at = (path: Path, message: string, more: { at?: "value" | "key"; suggestion?: string | undefined } = {}) => {
    const original = lost.original(path)
    const text = `${formatPath(original)}: ${message}`
    return placed({ path: original, at: more.at ?? "value", message: text, suggestion: more.suggestion }, source)
  }
  const notes: Notes = {
    problem(path, message, more) {
      const doubtful = RESTS_ON[String(path[0])]?.some((section) => lost.sections.has(section))
      if (!doubtful) problems.push(at(path, message, more))
    },
    warning: (path, message) => void warnings.push(at(path, message)),
    line: (path) => `line ${source.locate(lost.original(path)).line}`,
  }
  return { notes, problems, warnings }
}

/** `prod.yaml:12:5 pacemaker.password: …` */
export function warningText(warning: InputProblem): string {
  return `${formatPlace(warning)} ${warning.message}`
}
