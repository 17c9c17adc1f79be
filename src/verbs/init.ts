import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { writing } from "../base/writing.ts"
import type { PresetName } from "../haproxy/presets/names.ts"
import { type FirstAnswers, firstInventory, hasPacemaker } from "../inventory/first.ts"
import { DEFAULT_FILES, STANDARD_INPUT } from "../inventory/load.ts"
import { canAsk } from "./ask.ts"
import { type Answers, type Given, interview, namedHosts, whyNoInventory } from "./init-questions.ts"
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
  const [file = DEFAULT_FILES[0]!, ...more] = [options.inventory ?? []].flat()
  if (more.length > 0 || file === STANDARD_INPUT) {
    throw new HaopsError("E_INPUT", "init writes one file", { hint: "Name it with -i FILE." })
  }
  if (existsSync(file)) {
    throw new HaopsError("E_INPUT", `${file} exists already, and is left unchanged`, {
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
  const { controller, loadbalancer, vip, user } = options
  const name = options.name ?? nameOf(process.cwd())
  const given: Given = {
    controllers: controller.length > 0 ? namedHosts(controller, "controller") : undefined,
    loadbalancers: loadbalancer.length > 0 ? namedHosts(loadbalancer, "lb") : undefined,
    vip,
    user,
  }
  const { controllers, vip: address, ...rest } = await complete(given, name)
  const preset = options.preset ?? "openstack"
  return { name, controllers, vip: address, preset, passwordFile: PASSWORD_FILE, ...rest }
}

async function complete(given: Given, name: string): Promise<Answers> {
  const { controllers, vip, loadbalancers = {}, user } = given
  if (controllers !== undefined && vip !== undefined) return { controllers, vip, loadbalancers, user }
  if (canAsk() && process.stderr.isTTY === true) return await interview(given, name)
  const missing = [...(controllers === undefined ? ["--controller"] : []), ...(vip === undefined ? ["--vip"] : [])]
  throw new HaopsError("E_INPUT", `there is no terminal to ask on, and ${missing.join(" and ")} not given`, {
    hint: "haops init --controller 10.0.0.12 --controller 10.0.0.13 --controller 10.0.0.14 --vip 10.0.0.11/24",
  })
}

/** The directory's name where it can be a cluster's. */
function nameOf(directory: string): string {
  const name = basename(directory)
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/^[^A-Za-z]+|-+$/g, "")
  return name.slice(0, 15) || "cluster"
}

async function check(text: string, file: string): Promise<void> {
  const said = await whyNoInventory(text, file)
  if (said === undefined) return
  throw new HaopsError("E_INPUT", `this makes no inventory that works: ${said}`, { hint: "Nothing was written." })
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
