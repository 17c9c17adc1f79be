import { InputError } from "../../../src/document/problems.ts"
import { parseInventory } from "../parse-inventory.ts"

/** Six lines that are right; what a case adds begins on line 7. */
export const HEAD = `name: test
controllers:
  c1: 10.0.0.1
  c2: 10.0.0.2
  c3: 10.0.0.3
pacemaker: { password: { env: P } }
`

/** A cluster section that begins on line 6 of an otherwise right inventory. */
export function cluster(text: string): string {
  return `${HEAD.split("\n").slice(0, 5).join("\n")}\npacemaker:\n  password: { env: P }\n${text}`
}

/** `LINE:COLUMN MESSAGE -> SUGGESTION` of everything that is wrong. */
export function problemsOf(text: string): string[] {
  try {
    parseInventory(text, "i.yaml")
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map((problem) => {
      const suggestion = problem.suggestion === undefined ? "" : ` -> ${problem.suggestion}`
      return `${problem.line}:${problem.column} ${problem.message}${suggestion}`
    })
  }
}
