import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { createInterface } from "node:readline/promises"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { writing } from "../base/writing.ts"
import { InputError } from "../document/problems.ts"
import type { PresetName } from "../haproxy/presets/names.ts"
import { type FirstAnswers, firstInventory, hasPacemaker } from "../inventory/first.ts"
import { DEFAULT_FILES } from "../inventory/load.ts"
import { inventoryParser } from "../inventory/parse.ts"
import { canAsk } from "./ask.ts"
import type { CommonOptions } from "./options.ts"

interface InitOptions extends CommonOptions {
  name?: string | undefined
  /** `ADDRESS` or `NAME=ADDRESS` */
  controller: string[]
  loadbalancer: string[]
  /** `ADDRESS/PREFIX` */
  vip?: string | undefined
  user?: string | undefined
  preset?: PresetName | undefined
}

const PASSWORD_FILE = "secrets/hacluster"

/**
 * `haops init`: writes a first inventory, and a random hacluster password beside it, from flags and, on a terminal, from questions
 * about what they leave open. Never writes over a file. What would make no inventory that works is not written.
 */
export async function init(options: InitOptions): Promise<number> {
  const file = options.inventory ?? DEFAULT_FILES[0] ?? "inventory.yaml"
  if (existsSync(file)) {
    throw new HaopsError("E_INPUT", `${file} is there already, and is left as it is`, {
      hint: `Edit it, or name another one with -i; to look at it: haops plan -i ${file}`,
    })
  }
  const answers = await answersOf(options)
  const text = firstInventory(answers)
  await check(text, file)
  await writing(file, () => mkdir(dirname(file), { recursive: true }))
  const password = hasPacemaker(answers) ? await providePassword(join(dirname(file), PASSWORD_FILE)) : undefined
  await writing(file, () => writeFile(file, text, { flag: "wx" }))
  tell(options, file, password)
  return EXIT.done
}

interface Password {
  file: string
  /** It was not there before. */
  made: boolean
}

async function providePassword(file: string): Promise<Password> {
  if (existsSync(file)) return { file, made: false }
  await writing(file, async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" })
  })
  return { file, made: true }
}

async function answersOf(options: InitOptions): Promise<FirstAnswers> {
  const open = canAsk() && process.stderr.isTTY === true ? interview : refuse
  const given = {
    controllers: options.controller.length > 0 ? options.controller : undefined,
    vip: options.vip,
  }
  const { controllers, vip, loadbalancers } = await open(given, options)
  return {
    name: options.name ?? nameOf(process.cwd()),
    controllers: hosts(controllers, "controller"),
    loadbalancers: hosts(loadbalancers, "lb"),
    vip,
    user: options.user ?? "root",
    preset: options.preset ?? "openstack",
    passwordFile: PASSWORD_FILE,
  }
}

interface Given {
  controllers: readonly string[] | undefined
  vip: string | undefined
}

interface Complete {
  controllers: readonly string[]
  loadbalancers: readonly string[]
  vip: string
}

async function refuse({ controllers, vip }: Given, { loadbalancer }: InitOptions): Promise<Complete> {
  const missing = [...(controllers === undefined ? ["--controller"] : []), ...(vip === undefined ? ["--vip"] : [])]
  if (controllers !== undefined && vip !== undefined) return { controllers, vip, loadbalancers: loadbalancer }
  throw new HaopsError("E_INPUT", `there is no terminal to ask on, and ${missing.join(" and ")} not given`, {
    hint: "haops init --controller 10.0.0.12 --controller 10.0.0.13 --controller 10.0.0.14 --vip 10.0.0.11/24",
  })
}

async function interview({ controllers, vip }: Given, { loadbalancer }: InitOptions): Promise<Complete> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Keeps lines that come before their question does, such as pasted ones.
  const lines = terminal[Symbol.asyncIterator]()
  const question = async (text: string) => {
    terminal.setPrompt(`${text} `)
    terminal.prompt()
    const line = await lines.next()
    // Ctrl-C or Ctrl-D
    if (line.done === true) throw new HaopsError("E_CANCELED", "not answered; nothing was written")
    return line.value.trim()
  }
  const words = async (text: string) => (await question(text)).split(/[\s,]+/).filter((word) => word !== "")
  try {
    return {
      controllers: controllers ?? (await words("Addresses of the controllers, such as 10.0.0.12 10.0.0.13 10.0.0.14:")),
      vip: vip ?? (await question("The virtual IP address with its prefix, such as 10.0.0.11/24:")),
      loadbalancers:
        loadbalancer.length > 0
          ? loadbalancer
          : await words("Addresses of load balancers of their own (none: the controllers carry haproxy):"),
    }
  } finally {
    terminal.close()
  }
}

/** `10.0.0.12` is given the next name, `node1=10.0.0.12` has its own. */
function hosts(words: readonly string[], prefix: string): Record<string, string> {
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

/** The directory's name where it can be a cluster's. */
function nameOf(directory: string): string {
  const name = basename(directory)
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/^[^A-Za-z]+|-+$/g, "")
  return name.slice(0, 15) || "cluster"
}

/** The places that an InputError names are in a file that is not written, so only its words are told. */
async function check(text: string, file: string): Promise<void> {
  const parse = await inventoryParser()
  try {
    parse(text, file)
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown
    const said = thrown.problems.map(({ message }) => message).join("; ")
    throw new HaopsError("E_INPUT", `this makes no inventory that works: ${said}`, {
      hint: "Nothing was written. Give other answers.",
    })
  }
}

function tell({ json }: InitOptions, file: string, password: Password | undefined): void {
  if (json === true) {
    const document = { outcome: "done", exit: EXIT.done, inventory: file, password }
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
    return
  }
  process.stdout.write(`Wrote ${[file, ...wordsOf(password)].join("; ")}.\nNext: haops plan -i ${file}\n`)
}

function wordsOf(password: Password | undefined): readonly string[] {
  if (password === undefined) return []
  return [password.made ? `${password.file} with a random password (0600)` : `${password.file} was there and is used`]
}
