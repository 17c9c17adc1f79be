import type { CibElement } from "../../model/inventory.ts"
import { element } from "./element.ts"

/** Why a rule is none, in words for people. */
export class RuleError extends Error {}

/**
 * A rule in the words of pcs and crmsh, such as `#uname eq node1 and not_defined pingd`, as the element that it is in a CIB. `and` binds
 * more tightly than `or`; ids are as pcs makes them. Throws a RuleError.
 */
export function parseRule(
  text: string,
  id: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
): CibElement {
  const words = new Words(text)
  const term = disjunction(words)
  if (words.peek() !== undefined) throw new RuleError(`"${words.peek()}" is not expected there`)
  return asRule(term, id, attributes)
}

/** Throws a RuleError, with why, where a rule has other expressions than these. */
export function requireKinds(rule: CibElement, kinds: readonly string[], why: string): void {
  for (const one of rule.children) {
    if (one.name === "rule") requireKinds(one, kinds, why)
    else if (!kinds.includes(one.name)) throw new RuleError(why)
  }
}

/** Its expressions stand in a rule already, or it is one. */
type Term =
  | { all: "and" | "or"; terms: readonly Term[] }
  | { name: string; attributes: Attributes; parts?: readonly Part[] }
type Attributes = Readonly<Record<string, string>>
interface Part {
  name: string
  attributes: Attributes
}

function asRule(term: Term, id: string, attributes: Readonly<Record<string, string | undefined>>): CibElement {
  const { all, terms } = "all" in term ? term : { all: "and", terms: [term] }
  const taken = new Set<string>()
  const children = terms.map((one) => {
    const own = free(`${id}-${"all" in one ? "rule" : "expr"}`, taken)
    // A score of its own does nothing, and the schemas of pacemaker 2 want one.
    return "all" in one ? asRule(one, own, { score: "0" }) : expression(one, own)
  })
  return element("rule", { id, "boolean-op": all, ...attributes }, children)
}

function expression({ name, attributes, parts = [] }: Exclude<Term, { all: string }>, id: string): CibElement {
  const children = parts.map((part) =>
    element(part.name, { id: `${id}-${part.name.replace("date_spec", "datespec")}`, ...part.attributes }),
  )
  return element(name, { id, ...attributes }, children)
}

/** The id, or one like it where that is taken. */
export function free(base: string, taken: Set<string>): string {
  let id = base
  for (let number = 1; taken.has(id); number++) id = `${base}-${number}`
  taken.add(id)
  return id
}

function disjunction(words: Words): Term {
  return joined("or", words, () => joined("and", words, () => atom(words)))
}

function joined(all: "and" | "or", words: Words, next: () => Term): Term {
  const terms = [next()]
  while (words.take(all)) terms.push(next())
  return terms.length === 1 ? terms[0]! : { all, terms }
}

function atom(words: Words): Term {
  if (words.take("(")) {
    const inner = disjunction(words)
    if (!words.take(")")) throw new RuleError("a ) is missing")
    return inner
  }
  for (const operation of ["defined", "not_defined"]) {
    if (words.take(operation))
      return { name: "expression", attributes: { attribute: words.next("a node attribute"), operation } }
  }
  if (words.take("date")) return date(words)
  if (words.take("date-spec")) {
    const spec = { name: "date_spec", attributes: pairs(words, SPEC) }
    return { name: "date_expression", attributes: { operation: "date_spec" }, parts: [spec] }
  }
  if (words.take("resource")) return resource(words.next("an agent such as ocf:heartbeat:IPaddr2"))
  if (words.take("op")) return operation(words)
  return comparison(words.next("an expression"), words)
}

const OPERATIONS = ["lt", "gt", "lte", "gte", "eq", "ne"]
const TYPES = ["string", "integer", "number", "version"]

function comparison(attribute: string, words: Words): Term {
  const operation = words.next(`lt, gt, lte, gte, eq or ne after ${attribute}`)
  if (!OPERATIONS.includes(operation))
    throw new RuleError(`expected lt, gt, lte, gte, eq or ne after ${attribute}, got "${operation}"`)
  const word = words.next("a value")
  const isType = TYPES.includes(word) && words.hasValue()
  const value = isType ? words.next("a value") : word
  return { name: "expression", attributes: { attribute, operation, value, ...(isType ? { type: word } : {}) } }
}

function date(words: Words): Term {
  const operation = words.next("gt, lt or in_range after date")
  if (operation === "gt") return { name: "date_expression", attributes: { operation, start: words.date() } }
  if (operation === "lt") return { name: "date_expression", attributes: { operation, end: words.date() } }
  if (operation !== "in_range") throw new RuleError(`expected gt, lt or in_range after date, got "${operation}"`)
  const start: Attributes = words.peek() === "to" ? {} : { start: words.date() }
  if (!words.take("to")) throw new RuleError("a to is missing after date in_range")
  const lasts = words.take("duration")
  if (lasts && start.start === undefined) throw new RuleError("a duration needs a date before its to")
  if (!lasts) return { name: "date_expression", attributes: { operation, ...start, end: words.date() } }
  return {
    name: "date_expression",
    attributes: { operation, ...start },
    parts: [{ name: "duration", attributes: pairs(words, DURATION) }],
  }
}

const DURATION = [
  "hours",
  "minutes",
  "seconds",
  "monthdays",
  "days",
  "weekdays",
  "months",
  "weeks",
  "years",
  "weekyears",
]
const SPEC = ["yeardays", ...DURATION.filter((name) => name !== "days")]

function pairs(words: Words, known: readonly string[]): Attributes {
  const found: Record<string, string> = {}
  for (
    let pair = /^(\w+)=(.+)$/.exec(words.peek() ?? "");
    pair !== null;
    pair = /^(\w+)=(.+)$/.exec(words.peek() ?? "")
  ) {
    const [, name = "", value = ""] = pair
    if (!known.includes(name)) throw new RuleError(`a date has no ${name}; it has ${known.slice(0, -1).join(", ")}`)
    found[name] = value
    words.next("")
  }
  if (Object.keys(found).length === 0) throw new RuleError("expected a part of a date, such as hours=9-16")
  return found
}

function resource(agent: string): Term {
  const [standard, provider, ...type] = agent.split(":")
  if (provider === undefined)
    throw new RuleError(`expected an agent such as ocf:heartbeat:IPaddr2 or ::IPaddr2, got "${agent}"`)
  const parts =
    type.length === 0 ? { class: standard, type: provider } : { class: standard, provider, type: type.join(":") }
  const said = Object.entries(parts).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "")
  return { name: "rsc_expression", attributes: Object.fromEntries(said) }
}

function operation(words: Words): Term {
  const name = words.next("an operation")
  const interval = /^interval=(.+)$/.exec(words.peek() ?? "")?.[1]
  if (interval !== undefined) words.next("")
  return { name: "op_expression", attributes: { name, ...(interval === undefined ? {} : { interval }) } }
}

/** A text as words, brackets being words of their own; quotes keep blanks together. */
class Words {
  readonly #words: readonly { text: string; quoted: boolean }[]
  #at = 0

  constructor(text: string) {
    const words = /"([^"]*)"|'([^']*)'|([()])|([^\s()"']+)/g
    if (/\S/.test(text.replace(words, ""))) throw new RuleError("a quote has no end")
    this.#words = [...text.matchAll(words)].map(([, a, b, bracket, word]) => ({
      text: a ?? b ?? bracket ?? word ?? "",
      quoted: (a ?? b) !== undefined,
    }))
    if (this.#words.length === 0) throw new RuleError("expected a rule, such as not_defined pingd or pingd lt 1")
  }

  peek(): string | undefined {
    return this.#words[this.#at]?.text
  }

  /** Whether a word follows that joins nothing and ends nothing. */
  hasValue(): boolean {
    const next = this.#words[this.#at]
    return next !== undefined && (next.quoted || !/^(and|or|\))$/.test(next.text))
  }

  take(word: string): boolean {
    const next = this.#words[this.#at]
    const isIt = next?.text === word && !next.quoted
    if (isIt) this.#at++
    return isIt
  }

  next(what: string): string {
    const word = this.#words[this.#at]
    if (word === undefined || (!word.quoted && /^[()]$/.test(word.text)))
      throw new RuleError(`expected ${what}${word === undefined ? " at its end" : `, got "${word.text}"`}`)
    this.#at++
    return word.text
  }

  date(): string {
    const date = this.next("a date such as 2027-01-31")
    if (!/^\d{4}/.test(date)) throw new RuleError(`expected a date such as 2027-01-31, got "${date}"`)
    return date
  }
}
