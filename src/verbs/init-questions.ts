import { createInterface } from "node:readline/promises"
import { stringify } from "yaml"
import { HaopsError } from "../base/errors.ts"
import { InputError } from "../document/problems.ts"
import { type FirstAnswers, firstInventory } from "../inventory/first.ts"
import { inventoryParser } from "../inventory/parse.ts"
import { columnsOf } from "../output/terminal-size.ts"
import { wrapIndented } from "../output/width.ts"

/** What `init` asks for where no flag says it. */
export type Answers = Pick<FirstAnswers, "controllers" | "loadbalancers" | "vip" | "user">

/** What flags say of them. */
export type Given = { [Name in keyof Answers]?: Answers[Name] | undefined }

/** Asks for what is not given. Each answer is checked with those before it, and asked for again where it is wrong. */
export async function interview(given: Given, name: string): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Keeps lines that come before their question does, such as pasted ones.
  const lines = terminal[Symbol.asyncIterator]()
  const line = async (question: string) => {
    terminal.setPrompt(`${question} `)
    terminal.prompt()
    const { done, value } = await lines.next()
    // Ctrl-C or Ctrl-D
    if (done === true) throw new HaopsError("E_CANCELED", "not answered; nothing was written")
    return value.trim()
  }
  try {
    return await questions(given, name, line)
  } finally {
    terminal.close()
  }
}

type Line = (question: string) => Promise<string>

async function questions(given: Given, name: string, line: Line): Promise<Answers> {
  const ask = asking(line)
  const controllers =
    given.controllers ??
    (await ask(
      "Controllers, such as 10.0.0.12 10.0.0.13 10.0.0.14 (or name=address):",
      (text) => namedHosts(words(text), "controller"),
      (answer) => stringify({ name, controllers: answer }),
    ))
  const loadbalancers =
    given.loadbalancers ??
    (await ask(
      "Load balancers of their own (none: the controllers run haproxy):",
      (text) => namedHosts(words(text), "lb"),
      (answer) => stringify({ name, controllers, ...(hasSome(answer) ? { loadbalancers: answer } : {}) }),
    ))
  const hosts = { name, controllers, loadbalancers, preset: "web" as const, passwordFile: "secrets/hacluster" }
  const { vip, user } = await addressAndUser(given, ask, (more) => firstInventory({ ...hosts, ...more }))
  return { controllers, loadbalancers, vip, user }
}

async function addressAndUser(
  given: Given,
  ask: ReturnType<typeof asking>,
  inventory: (answers: Pick<Answers, "vip" | "user">) => string,
): Promise<Pick<Answers, "vip" | "user">> {
  const vip =
    given.vip ??
    (await ask("Virtual IP address with its prefix, such as 10.0.0.11/24:", String, (answer) =>
      inventory({ vip: answer }),
    ))
  const user =
    given.user ??
    (await ask(
      "ssh user (none: as ~/.ssh/config says, else your own name):",
      (text) => (text === "" ? undefined : text),
      (answer) => inventory({ vip, user: answer }),
    ))
  return { vip, user }
}

/** A question until its answer, read, makes an inventory that loads. */
function asking(line: Line) {
  return async <T>(question: string, read: (text: string) => T, inventory: (answer: T) => string): Promise<T> => {
    for (;;) {
      const text = await line(question)
      const wrong = await whyNot(() => inventory(read(text)))
      if (wrong === undefined) return read(text)
      process.stderr.write(`${wrapIndented(wrong, columnsOf(process.stderr), "  ").join("\n")}\n`)
    }
  }
}

async function whyNot(inventory: () => string): Promise<string | undefined> {
  try {
    return await whyNoInventory(inventory(), "inventory.yaml")
  } catch (thrown) {
    if (thrown instanceof HaopsError) return thrown.message
    throw thrown
  }
}

/** What is wrong with an inventory that is not written yet: an InputError's words without its places. */
export async function whyNoInventory(text: string, file: string): Promise<string | undefined> {
  const parse = await inventoryParser()
  try {
    parse(text, file)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown
    return thrown.problems.map(({ message }) => message).join("; ")
  }
}

/** Hosts by name: `10.0.0.12` is given the next name, `node1=10.0.0.12` has its own. */
export function namedHosts(words: readonly string[], prefix: string): Record<string, string> {
  const named = words.map((word, index): [string, string] => {
    const equals = word.indexOf("=")
    return equals === -1 ? [`${prefix}${index + 1}`, word] : [word.slice(0, equals), word.slice(equals + 1)]
  })
  const names = named.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new HaopsError("E_INPUT", `two hosts would be called ${twice}`, { hint: "Name each: NAME=ADDRESS" })
  }
  return Object.fromEntries(named)
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "")
}

function hasSome(hosts: Readonly<Record<string, string>>): boolean {
  return Object.keys(hosts).length > 0
}
