import { quoteAll } from "../base/sh.ts"

const FORM = /\$\{haops_(\w+)-\$\(\n([\s\S]*?)\n# haops_\1\n\)\} \|\| (exit|:)/g

const LIST = "set -- "

/**
 * Shell that ends an assignment, from its right side on: the output of `script`, a question that several probes of a host ask. By
 * itself it asks; in a facts script, where more than one probe has it, it is asked once for all of them (`hoistShared`). `script`
 * exits 0 for every answer: another exit code ends each shell that has the question, and so fails the probe. `name` is a word of
 * the shell, and stands for this one script everywhere.
 */
export function shared(name: string, script: string): string {
  return `\${haops_${name}-$(\n${script}\n# haops_${name}\n)} || exit`
}

/**
 * A shared question about the words of a list (none holds a space), `"$@"` in `script`: what probes ask of the same `name` is asked once about the words of
 * all of them, so that its answer tells of more than any one wants to know.
 */
export function sharedList(name: string, words: readonly string[], script: string): string {
  return shared(name, `${LIST}${quoteAll(words)}\n${script}`)
}

/** Shell that prints the answer to a shared question. */
export function tellShared(question: string): string {
  return `shared=${question}\nprintf '%s\\n' "$shared"`
}

/** The same where the question may fail: nothing is printed then, and the script goes on. */
export function tellIfKnown(question: string): string {
  return tellShared(question.replace(/ \|\| exit$/, " || :"))
}

/** The scripts with the shared questions that stand in more than one of them taken out, and shell that asks those beforehand. */
export function hoistShared(scripts: readonly string[]): { preamble: string; scripts: readonly string[] } {
  const asked = new Map<string, { question: string; by: Set<string> }>()
  for (const script of scripts) {
    for (const [, name = "", question = ""] of script.matchAll(FORM)) {
      const entry = asked.get(name) ?? { question, by: new Set() }
      asked.set(name, { question: about(entry.question, question), by: entry.by.add(script) })
    }
  }
  const hoisted = [...asked].filter(([, { by }]) => by.size > 1)
  const names = new Set(hoisted.map(([name]) => name))
  const preamble = hoisted.map(
    ([name, { question }]) =>
      `haops_${name}=$(\n{\n${question}\n} </dev/null\n) || { haops_${name}_code=$?; unset haops_${name}; }\n`,
  )
  return {
    preamble: preamble.join(""),
    scripts: scripts.map((script) =>
      script.replace(FORM, (form, name: string, _question, end: string) => (names.has(name) ? told(name, end) : form)),
    ),
  }
}

/** The question about the words of both lists; of questions without a list there is but one. */
function about(asked: string, question: string): string {
  if (asked === question || !asked.startsWith(LIST)) return asked
  const [words = "", ...script] = asked.slice(LIST.length).split("\n")
  const [more = ""] = question.slice(LIST.length).split("\n")
  return `${LIST}${[...new Set([...words.split(" "), ...more.split(" ")])].join(" ")}\n${script.join("\n")}`
}

/** The shell itself ends a script that expands what is unset, wherever that stands in it. */
function told(name: string, end: string): string {
  if (end === ":") return `\${haops_${name}-}`
  return `\${haops_${name}?the question exited $haops_${name}_code} || exit`
}

/** The script with its shared questions as its own: for one that waits before it asks. */
export function unshared(script: string): string {
  return script.replace(FORM, (_form, _name, question: string, end: string) => `$(\n${question}\n) || ${end}`)
}
