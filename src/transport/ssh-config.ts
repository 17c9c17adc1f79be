import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { userInfo } from "node:os"
import { dirname, join } from "node:path"
import { HaopsError } from "../base/errors.ts"
import type { SshSettings } from "../model/inventory.ts"

/** Keyword in lower case to its values, as `ssh -G` prints them. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>

/** What decides beside a host's name which sections count: `Match user`, and tokens of the port. */
interface ConfigQuestion {
  user?: string | undefined
  port?: number | undefined
  /** ssh itself goes by all that is written for a host, not only by what changes how haops connects. */
  transport?: SshSettings["transport"]
}

/** What the configuration says of a host by any of its names; `as` is what the user has said already. */
export type ConfigLookup = (names: readonly string[], as: ConfigQuestion) => Promise<ConfigValues>

interface SshConfigOptions {
  home: string
  /** The client's program, default `ssh`. */
  program?: string | undefined
}

const SYSTEM_CONFIG = "/etc/ssh/ssh_config"
/** A name that no section is written for: what it gets, everybody gets. */
const NOBODY = "haops-nobody.invalid"
const ROUTE: readonly string[] = ["proxyjump", "proxycommand"]
const DEFAULT_FILES: Readonly<Record<string, string>> = {
  userknownhostsfile: ["known_hosts", "known_hosts2"].map((name) => join(userInfo().homedir, ".ssh", name)).join(" "),
}
/** What would change how haops connects. A configuration without any of these is not worth a process a host. */
const RELEVANT =
  /^\s*(match|hostname|user|port|identityfile|identitiesonly|identityagent|proxyjump|proxycommand|hostkeyalias|userknownhostsfile|globalknownhostsfile|revokedhostkeys|knownhostscommand|certificatefile|pkcs11provider|securitykeyprovider)\b/im

/**
 * Reader of the user's ssh configuration: `ssh -G` where there is an ssh (its answer is by definition right), else the
 * ssh-config package, which knows neither `Include` nor tokens and is kept from running `Match exec`: those are refused then.
 *
 * A host goes by several names (its name in the inventory and its address), and a section may be written for either. For
 * each keyword the first name that differs from everybody decides, with a value of its own or by having none.
 */
export function createSshConfig(options: SshConfigOptions): ConfigLookup {
  const userFile = join(options.home, ".ssh/config")
  const ownHome = options.home === userInfo().homedir
  const answers = new Map<string, Promise<ConfigValues>>()
  let brief: Promise<ConfigValues | undefined> | undefined
  const files = ownHome ? [userFile, SYSTEM_CONFIG] : [userFile]

  const ask = (name: string, as: ConfigQuestion): Promise<ConfigValues> => {
    const key = JSON.stringify([name, as.user, as.port])
    const answer = answers.get(key) ?? query(name, as, options.program ?? "ssh", ownHome ? undefined : userFile, files)
    answers.set(key, answer)
    return answer
  }
  return async (names, as) => {
    brief ??= isRelevant(files).then((relevant) => (relevant ? undefined : shortAnswer(files)))
    const answer = as.transport === "openssh" ? undefined : await brief
    if (answer !== undefined) return answer
    const [common, ...own] = await Promise.all([NOBODY, ...names].map((name) => ask(name, as)))
    return mergeConfigs(common ?? new Map(), own)
  }
}

/**
 * For each keyword the first answer that differs from what everybody gets. An answer without the keyword differs too: a section
 * that rules the host out, or a `none`, has unset it. ProxyJump and ProxyCommand are one question, the way there.
 */
function mergeConfigs(common: ConfigValues, own: readonly ConfigValues[]): ConfigValues {
  const keywords = new Set([common, ...own].flatMap((answer) => [...answer.keys()]))
  const merged = new Map<string, readonly string[]>()
  for (const keyword of keywords) {
    const question = ROUTE.includes(keyword) ? ROUTE : [keyword]
    const answered = (answer: ConfigValues) => JSON.stringify(question.map((word) => answer.get(word)))
    const decided = own.find((answer) => answered(answer) !== answered(common)) ?? common
    const values = decided.get(keyword)
    if (values !== undefined) merged.set(keyword, values)
  }
  return merged
}

/** The values in the output of `ssh -G`. A keyword may come on several lines. */
function parseSshG(output: string): ConfigValues {
  const values = new Map<string, string[]>()
  for (const line of output.split("\n")) {
    const space = line.indexOf(" ")
    if (space > 0) append(values, line.slice(0, space), line.slice(space + 1).trim())
  }
  return values
}

async function isRelevant(files: readonly string[]): Promise<boolean> {
  const text = await readAll(files)
  if (RELEVANT.test(text)) return true
  for (const include of text.matchAll(/^\s*include\s+(.+)$/gim)) {
    if (await mayMatch(include[1]?.trim() ?? "")) return true
  }
  return false
}

/** All that can be said by a configuration without sections of interest, such as the one that Debian ships. */
async function shortAnswer(files: readonly string[]): Promise<ConfigValues> {
  const hashed = /^\s*hashknownhosts[\s=]+yes\b/im.test(await readAll(files))
  return new Map(hashed ? [["hashknownhosts", ["yes"]]] : [])
}

/** Debian ships an `Include` of an empty directory; any other include counts. */
async function mayMatch(pattern: string): Promise<boolean> {
  if (!/^\/[^*?\s]+\/\*\.conf$/.test(pattern)) return true
  return (await readdir(dirname(pattern)).catch(() => [])).some((name) => name.endsWith(".conf"))
}

async function query(
  name: string,
  as: ConfigQuestion,
  program: string,
  config: string | undefined,
  files: readonly string[],
): Promise<ConfigValues> {
  const said = [
    ...(as.user === undefined ? [] : ["-l", as.user]),
    ...(as.port === undefined ? [] : ["-p", `${as.port}`]),
  ]
  // Where a connection would be shared is of no use here; that ssh fills in `%C` there is.
  const file = config === undefined ? [] : ["-F", existsSync(config) ? config : "none"]
  const words = [...file, "-o", "ControlPath=%C", ...said]
  const output = await sshG(program, [...words, "--", name])
  const values = output === undefined ? await compute(name, as, files) : parseSshG(output)
  // `ssh -G` fills in what nobody wrote: the name itself for HostName, and files below the home of the password database.
  const isFilled = (keyword: string, value: string | undefined) =>
    value === (keyword === "hostname" ? name : DEFAULT_FILES[keyword])
  return new Map([...values].filter(([keyword, [value]]) => !isFilled(keyword, value)))
}

/** Undefined where there is no ssh client. A configuration that ssh refuses is the user's to mend. */
function sshG(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["-G", ...args], (error, stdout, stderr) => {
      if (!error) resolve(stdout)
      else if (error.code === "ENOENT") resolve(undefined)
      else reject(new HaopsError("E_INPUT", `ssh refuses its own configuration: ${stderr.trim() || error.message}`))
    })
    child.stdin?.end()
  })
}

async function compute(name: string, as: ConfigQuestion, files: readonly string[]): Promise<ConfigValues> {
  const { parse } = await import("ssh-config")
  const text = await readAll(files)
  await requireComputable(text)
  const values = new Map<string, string[]>()
  const asked = as.user === undefined ? { Host: name } : { Host: name, User: as.user }
  for (const [keyword, value] of Object.entries(parse(text).compute(asked, { matchExec: false }))) {
    for (const item of [value].flat()) append(values, keyword.toLowerCase(), item)
  }
  return withoutNone(values)
}

/** Throws `E_UNSUPPORTED` for what only ssh itself can read. */
async function requireComputable(text: string): Promise<void> {
  const includes = [...text.matchAll(/^\s*include[\s=]+(.+)$/gim)].map(([, pattern = ""]) => pattern.trim())
  const included = await Promise.all(includes.map(mayMatch))
  const what = included.includes(true)
    ? "Include"
    : /^\s*match\b.*\b(exec|canonical|final|localnetwork|tagged|version)\b/im.exec(text)?.[0].trim()
  if (what === undefined) return
  throw new HaopsError(
    "E_UNSUPPORTED",
    `the ssh configuration has "${what}", which only ssh itself can read, and there is no ssh here`,
    {
      hint: "Install OpenSSH's client on this machine.",
    },
  )
}

/** As ssh does it: of the two ways to a host the one written first counts, and `none` is no way. */
function withoutNone(values: Map<string, string[]>): ConfigValues {
  const [, ...later] = [...values.keys()].filter((keyword) => ROUTE.includes(keyword))
  for (const keyword of later) values.delete(keyword)
  return new Map([...values].filter(([keyword, [value]]) => !(ROUTE.includes(keyword) && value === "none")))
}

function append(values: Map<string, string[]>, keyword: string, value: string): void {
  const list = values.get(keyword)
  if (list === undefined) values.set(keyword, [value])
  else list.push(value)
}

async function readAll(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")))).join("\n")
}
