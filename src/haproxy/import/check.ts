import type { Entry } from "../config/effective.ts"
import { type CheckYaml, checkSchema } from "../section/service-schema.ts"
import type { Base } from "./base.ts"
import type { Half } from "./half.ts"
import { isPlain } from "./plain.ts"

export type CheckSettings = Exclude<CheckYaml, boolean | string>

const METHODS = ["GET", "HEAD", "OPTIONS", "POST"] as const
const STATUS = /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/

/** What a backend's checks ask, taken out of it; nothing where they are plain TCP or in words that an inventory does not have. */
export function takeCheck(half: Half, base: Base): CheckSettings {
  const entry = half.peek("option check")
  if (entry === undefined) return {}
  const name = entry.text.split(" ")[1] ?? ""
  const rules = half.all(name === "httpchk" ? "http-check " : "tcp-check ")
  const given = base.raw.map(({ text }) => text)
  if ([entry, ...rules].some(({ text, directive }) => given.includes(text) || !isPlain(directive))) return {}
  const check = checkOf(name, entry, rules)
  if (check === undefined) return {}
  half.take([entry, ...(check.type === "http" || check.type === "tcp" ? rules : [])])
  return check
}

function checkOf(name: string, entry: Entry, rules: readonly Entry[]): CheckSettings | undefined {
  if (name === "httpchk") return httpCheck(entry, rules)
  if (name === "tcp-check" && entry.directive.words.length === 2) return sequenceOf({ type: "tcp" }, rules)
  if (name === "mysql-check") return mysqlCheck(entry)
  const [word, user, ...others] = entry.directive.words.slice(2)
  if (name === "pgsql-check" && word === "user" && user !== undefined && others.length === 0)
    return { type: "pgsql", user }
  return word === undefined ? PLAIN[name] : undefined
}

/** Checks that are one option. */
const PLAIN: Readonly<Record<string, CheckSettings>> = {
  "redis-check": { type: "redis" },
  "ldap-check": { type: "ldap" },
  smtpchk: { type: "smtp" },
  "ssl-hello-chk": { type: "ssl-hello" },
}

/** The rules as they were written, in their order. */
function sequenceOf(asked: CheckSettings, rules: readonly Entry[]): CheckSettings | undefined {
  const steps = rules.map(({ directive }) => directive.text.replace(/^(http|tcp)-check\s+/, ""))
  const check = { ...asked, sequence: steps }
  return checkSchema.safeParse(check).success ? check : undefined
}

function mysqlCheck({ directive }: Entry): CheckSettings | undefined {
  const [user, name, version, ...others] = directive.words.slice(2)
  if (user === undefined) return { type: "mysql" }
  return user === "user" && version === "post-41" && others.length === 0 ? { type: "mysql", user: name } : undefined
}

function httpCheck({ directive }: Entry, rules: readonly Entry[]): CheckSettings | undefined {
  const [first, ...others] = rules.map((rule) => rule.directive.words)
  const sent = first?.[1] === "send" ? sentCheck(first) : undefined
  const asked = sent ?? askedCheck(directive.words.slice(2))
  const expects = sent === undefined ? rules.map((rule) => rule.directive.words) : others
  const expected = expectedStatus(expects)
  const both = sent !== undefined && directive.words.length > 2
  if (asked === undefined || expected === undefined || both) {
    const request = askedCheck(directive.words.slice(2))
    return request && sequenceOf({ type: "http", ...request }, rules)
  }
  return { type: "http", ...asked, ...expected }
}

/** `option httpchk`, `… URI`, `… METHOD`, `… METHOD URI`, each in HTTP/1.0. */
function askedCheck(words: readonly string[]): Partial<CheckSettings> | undefined {
  const [first, second, version, ...others] = words[0]?.startsWith("/") ? ["OPTIONS", ...words] : words
  if (first === undefined) return {}
  const method = METHODS.find((name) => name === first)
  if (method === undefined || others.length > 0 || (version ?? "HTTP/1.0") !== "HTTP/1.0") return undefined
  if (second === undefined) return { method }
  return method === "GET" ? { path: second } : { method, path: second }
}

/** `http-check send meth GET uri /x ver HTTP/1.1 hdr Host NAME`, as haops writes it. */
function sentCheck(words: readonly string[]): Partial<CheckSettings> | undefined {
  const pairs = [words[2], words[4], words[6], words[8], words[9], words.length]
  if (pairs.join(" ") !== "meth uri ver hdr Host 11" || words[7] !== "HTTP/1.1") return undefined
  const method = METHODS.find((name) => name === words[3])
  if (method === undefined) return undefined
  return { ...(method === "GET" ? {} : { method }), path: words[5], host: words[10] }
}

function expectedStatus(rules: readonly (readonly string[])[]): Pick<CheckSettings, "expect"> | undefined {
  const [rule, ...others] = rules
  if (rule === undefined) return {}
  const status = rule[3] ?? ""
  if (others.length > 0 || rule.length !== 4 || rule[1] !== "expect" || rule[2] !== "status") return undefined
  if (!STATUS.test(status)) return undefined
  return { expect: /^\d{3}$/.test(status) ? Number(status) : status }
}
