import { quoteAll } from "../base/sh.ts"
import type { SharedQuestion } from "../model/probe.ts"

/**
 * A question that several probes of a host ask. As text it is shell that ends an assignment, from its right side on: by itself it asks;
 * in a facts script, where more than one probe has declared it, it is asked once for all of them (`hoistShared`).
 */
export function shared(name: string, script: string): SharedQuestion {
  const question = { name, script }
  return { ...question, toString: () => asking(question, "exit") }
}

/**
 * A shared question about the words of a list, `"$@"` in `script`: what probes ask of the same `name` is asked once about the words of
 * all of them, so that its answer tells of more than any one wants to know.
 */
export function sharedList(name: string, words: readonly string[], script: string): SharedQuestion {
  const question = { name, words, script }
  return { ...question, toString: () => asking(question, "exit") }
}

/** Shell that prints the answer to a shared question. */
export function tellShared(question: SharedQuestion): string {
  return tell(question, "exit")
}

/** The same where the question may fail: nothing is printed then, and the script goes on. */
export function tellIfKnown(question: SharedQuestion): string {
  return tell(question, ":")
}

/** What comes of a question that fails. */
type End = "exit" | ":"

function tell(question: SharedQuestion, end: End): string {
  return `shared=${asking(question, end)}\nprintf '%s\\n' "$shared"`
}

/** A script and the questions that it has of others. */
interface Sharing {
  script: string
  shared?: readonly SharedQuestion[] | undefined
}

/** The scripts without the questions that more than one of them shares, and shell that asks those beforehand. */
export function hoistShared(probes: readonly Sharing[]): { preamble: string; scripts: readonly string[] } {
  const asked = new Map<string, { questions: SharedQuestion[]; by: Set<string> }>()
  for (const { script, shared = [] } of probes) {
    for (const question of shared) {
      const { questions, by } = asked.get(question.name) ?? { questions: [], by: new Set() }
      asked.set(question.name, { questions: [...questions, question], by: by.add(script) })
    }
  }
  const hoisted = [...asked].filter(([, { by }]) => by.size > 1)
  const names = new Set(hoisted.map(([name]) => name))
  const preamble = hoisted.map(
    ([name, { questions }]) =>
      `haops_${name}=$(\n{\n${body(forAll(questions))}\n} </dev/null\n) || { haops_${name}_code=$?; unset haops_${name}; }\n`,
  )
  const scripts = probes.map(({ script, shared = [] }) =>
    replaceQuestions(
      script,
      shared.filter(({ name }) => names.has(name)),
      told,
    ),
  )
  return { preamble: preamble.join(""), scripts }
}

/** The script with its shared questions as its own: for one that waits before it asks. */
export function unshared({ script, shared = [] }: Sharing): string {
  return replaceQuestions(script, shared, (question, end) => `$(\n${body(question)}\n) || ${end}`)
}

/** The longest first: a question may have another within it. */
function replaceQuestions(
  script: string,
  questions: readonly SharedQuestion[],
  by: (question: SharedQuestion, end: End) => string,
): string {
  const sorted = [...questions].sort((one, other) => other.script.length - one.script.length)
  const ends: readonly End[] = ["exit", ":"]
  return sorted.reduce(
    (text, question) =>
      ends.reduce((rest, end) => rest.replaceAll(asking(question, end), () => by(question, end)), text),
    script,
  )
}

function asking(question: Omit<SharedQuestion, "toString">, end: End): string {
  return `\${haops_${question.name}-$(\n${body(question)}\n# haops_${question.name}\n)} || ${end}`
}

function body({ words, script }: Omit<SharedQuestion, "toString">): string {
  return words === undefined ? script : `set -- ${quoteAll(words)}\n${script}`
}

/** The question about the words of all; of questions without words there is but one. */
function forAll(questions: readonly SharedQuestion[]): SharedQuestion {
  const [first] = questions
  if (first?.words === undefined) return first!
  return { ...first, words: [...new Set(questions.flatMap(({ words = [] }) => words))] }
}

/** The shell itself ends a script that expands what is unset, wherever that stands in it. */
function told({ name }: SharedQuestion, end: End): string {
  if (end === ":") return `\${haops_${name}-}`
  return `\${haops_${name}?the question exited $haops_${name}_code} || exit`
}
