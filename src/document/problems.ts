import { HaopsError } from "../base/errors.ts"

/** A place in a YAML document as keys and list indices from its root. */
export type Path = readonly (string | number)[]

/** One thing that is wrong with what the user wrote. Lines and columns count from 1. */
export interface InputProblem {
  /** The file, or the flag that said it. */
  file: string
  line?: number | undefined
  column?: number | undefined
  path?: Path | undefined
  /** The whole sentence but for the suggestion, the path included where it helps. */
  message: string
  /** The nearest word that would have been right. */
  suggestion?: string | undefined
}

/** Everything that is wrong with what the user wrote, file by file in the order of their lines. The message is one line per problem and a count. */
export class InputError extends HaopsError {
  readonly problems: readonly InputProblem[]

  constructor(problems: readonly InputProblem[]) {
    const sorted = problems.toSorted(byPlace)
    super("E_INPUT", renderProblems(sorted))
    this.name = "InputError"
    this.problems = sorted
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems }
  }
}

/** `haproxy.services[3].port` */
export function formatPath(path: Path): string {
  return path.map((part, at) => (typeof part === "number" ? `[${part}]` : at === 0 ? part : `.${part}`)).join("")
}

/** `prod.yaml:14:3`, as editors and terminals make it a link. */
export function formatPlace({ file, line, column }: Pick<InputProblem, "file" | "line" | "column">): string {
  return [file, line, column].filter((part) => part !== undefined).join(":")
}

function byPlace(a: InputProblem, b: InputProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

function renderProblems(problems: readonly InputProblem[]): string {
  const width = Math.max(...problems.map((problem) => formatPlace(problem).length))
  const lines = problems.map((problem) => `${formatPlace(problem).padEnd(width)} ${sentence(problem)}`)
  const files = [...new Set(problems.map((problem) => problem.file))].join(", ")
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`
  return [...lines, `${count} in ${files}; no host was touched.`].join("\n")
}

function sentence(problem: InputProblem): string {
  const suggestion = problem.suggestion === undefined ? "" : `; did you mean "${problem.suggestion}"?`
  return problem.message + suggestion
}
