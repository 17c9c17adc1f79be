import type * as z from "zod"
import { InputError, type InputProblem, type Path } from "./problems.ts"
import { checkShape, type ShapeProblem } from "./shape.ts"
import { type Place, readYaml, type YamlSource } from "./yaml-source.ts"

export interface ParsedYaml<T> {
  value: T
  /** Where a value stands in the file, or its key. */
  locate(path: Path, part?: "value" | "key"): Place
  /** Something wrong with a value that its schema cannot see. */
  problem(path: Path, message: string, suggestion?: string): InputProblem
}

/**
 * YAML text as a value of the schema. Throws `InputError` with everything that is wrong, each with its line and column.
 * `what` names the document in messages, such as `the playbook`.
 */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>, what = "the file"): ParsedYaml<T> {
  const source = readYaml(text, file)
  const shape = checkShape(schema, source.raw, what)
  const problems = [...source.problems, ...shape.problems.map((problem) => placed(problem, source))]
  if (problems.length > 0 || !shape.ok) throw new InputError(problems)
  return {
    value: shape.value,
    locate: source.locate,
    problem: (path, message, suggestion) => placed({ path, at: "value", message, suggestion }, source),
  }
}

/** A problem of the data with its place in the file. */
export function placed(problem: ShapeProblem, source: YamlSource): InputProblem {
  const { path, at, message, suggestion } = problem
  return { file: source.file, ...source.locate(path, at), path, message, suggestion }
}
