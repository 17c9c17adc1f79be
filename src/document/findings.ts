import type { Notes, ProblemDetails } from "./notes.ts"
import { formatPath, formatPlace, type InputProblem, type Path } from "./problems.ts"
import { stoodAt, type Unreadable } from "./unreadable.ts"
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
  unreadable: readonly Unreadable[]
  /** A path of the checked data as a path of the file. */
  original(path: Path): Path
}

/** Takes what checks find. A problem that may only follow from one that is told already is kept back. */
export function collectFindings(source: YamlSource, lost: Lost): Findings {
  const problems: InputProblem[] = []
  const warnings: InputProblem[] = []
  const at = (path: Path, message: string, more: Omit<ProblemDetails, "unless"> = {}) => {
    const original = lost.original(path)
    const text = `${formatPath(original)}: ${message}`
    return placed({ path: original, at: more.at ?? "value", message: text, suggestion: more.suggestion }, source)
  }
  const notes: Notes = {
    problem(path, message, { unless = [], ...more } = {}) {
      const doubtful = unless.some((pattern) => stoodAt(lost.original(pattern), lost.unreadable))
      if (!doubtful) problems.push(at(path, message, more))
    },
    warning: (path, message) => void warnings.push(at(path, message)),
    line(path) {
      const { file, line } = source.locate(lost.original(path))
      return file === undefined ? `line ${line}` : `${file}:${line}`
    },
  }
  return { notes, problems, warnings }
}

/** `prod.yaml:12:5 pacemaker.password: …` */
export function warningText(warning: InputProblem): string {
  return `${formatPlace(warning)} ${warning.message}`
}
