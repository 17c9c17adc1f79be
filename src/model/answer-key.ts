/**
 * Names what steps' probes find, for those who read it: the reader knows the type, and no step is recognised by the name that it
 * has in playbooks.
 */
export interface AnswerKey<in Have> {
  readonly name: string
  /** Of the type alone; never there. */
  readonly accepts?: (have: Have) => void
}

/** A key for answers of that type; `name` is for messages. */
export function answerKey<Have>(name: string): AnswerKey<Have> {
  return { name }
}
