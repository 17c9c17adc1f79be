import { spawnSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { constants, homedir } from "node:os"
import { resolve } from "node:path"
import { HaopsError } from "../base/errors.ts"
import { Secret } from "../base/secret.ts"
import type { SecretSource } from "../model/inventory.ts"

interface SecretStoreOptions {
  /** What relative paths and commands start from. Default: the working directory; the loader makes paths absolute. */
  baseDir?: string | undefined
  /** Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined
  /** Told of what is unwise, such as a file that others can read. */
  onWarning?: ((text: string) => void) | undefined
}

/** A password manager may ask its user first. */
const COMMAND_TIMEOUT_MS = 120_000

/**
 * Reads secrets where they are first needed, each once. Throws `E_INPUT` where one is missing or empty; one newline at the
 * end is dropped. Synchronous, since secrets are needed in the middle of pure code.
 */
export function createSecretStore(options: SecretStoreOptions = {}): (source: SecretSource) => Secret {
  const store = new Map<string, Secret>()
  return (source) => {
    if (source.from === "literal") return source.value
    const key = JSON.stringify(source)
    const known = store.get(key) ?? new Secret(notEmpty(read(source, options), source))
    store.set(key, known)
    return known
  }
}

/** Whether a secret anywhere in there is what a command prints: that can take as long as its user does, and everything else waits. */
export function hasCommand(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  return ("from" in value && value.from === "command") || Object.values(value).some(hasCommand)
}

/** Every secret that the inventory speaks of, each once. */
export function secretsIn(value: unknown): readonly SecretSource[] {
  const found = new Map<string, SecretSource>()
  const walk = (inner: unknown) => {
    if (typeof inner !== "object" || inner === null) return
    if (isSource(inner)) found.set(inner.from === "literal" ? inner.value.reveal() : JSON.stringify(inner), inner)
    else Object.values(inner).forEach(walk)
  }
  walk(value)
  return [...found.values()]
}

const SOURCES: readonly unknown[] = ["env", "file", "command", "literal"] satisfies readonly SecretSource["from"][]

function isSource(value: object): value is SecretSource {
  return "from" in value && SOURCES.includes(value.from)
}

type Reference = Exclude<SecretSource, { from: "literal" }>

/** `E_INPUT`: a secret is not where the inventory says. */
export class MissingSecretError extends HaopsError {
  readonly source: SecretSource

  constructor(source: SecretSource, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super("E_INPUT", message, options)
    this.name = "MissingSecretError"
    this.source = source
  }
}

function read(source: Reference, options: SecretStoreOptions): string {
  if (source.from === "env") return fromEnv(source, options.env ?? process.env)
  if (source.from === "file") return fromFile(source, options)
  return fromCommand(source, options)
}

function fromEnv(source: Reference & { from: "env" }, env: NodeJS.ProcessEnv): string {
  const { name } = source
  const value = env[name]
  if (value !== undefined) return value
  throw new MissingSecretError(source, `the environment variable ${name} is not set`, {
    hint: `The inventory takes a secret from it: export ${name}.`,
  })
}

function fromFile(
  source: Reference & { from: "file" },
  { baseDir = process.cwd(), onWarning }: SecretStoreOptions,
): string {
  const { path } = source
  const file = path.startsWith("~/") ? resolve(homedir(), path.slice(2)) : resolve(baseDir, path)
  try {
    const text = readFileSync(file, "utf8")
    const mode = statSync(file).mode & 0o777
    if ((mode & 0o077) !== 0 && !isPublic(text))
      onWarning?.(`${path} holds a secret and others may read it; chmod 600 ${path}`)
    return text
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === "ENOENT" ? "is not there" : `cannot be read: ${message}`
    throw new MissingSecretError(source, `the secret file ${path} ${why}`, {
      hint: "Paths in an inventory are relative to its own directory.",
      cause: error,
    })
  }
}

/** Certificates are read where secrets are, and without a key they are none. */
function isPublic(text: string): boolean {
  return text.includes("-----BEGIN CERTIFICATE-----") && !text.includes("PRIVATE KEY-----")
}

function fromCommand(
  source: Reference & { from: "command" },
  { baseDir = process.cwd(), env = process.env }: SecretStoreOptions,
): string {
  const { command } = source
  const run = spawnSync("sh", ["-c", command], {
    cwd: baseDir,
    env,
    encoding: "utf8",
    timeout: COMMAND_TIMEOUT_MS,
    // The terminal stays its own, for a passphrase or a second factor
    stdio: ["inherit", "pipe", "pipe"],
  })
  if (run.status === 0) return run.stdout
  // Ctrl-C at its question goes to it and to haops alike.
  if (run.signal === "SIGINT" || run.status === 128 + constants.signals.SIGINT) {
    throw new HaopsError("E_CANCELED", `interrupted at the command for a secret: ${command}`)
  }
  const why =
    run.error?.message ?? (run.status === null ? `was ended by ${run.signal}` : `ended with code ${run.status}`)
  throw new MissingSecretError(source, `the command for a secret failed: ${command}: ${why}`, {
    hint: run.stderr.trim() || "It printed nothing on standard error.",
  })
}

function notEmpty(text: string, source: Reference): string {
  const value = text.replace(/\r?\n$/, "")
  if (value !== "") return value
  const what = { env: "the environment variable", file: "the secret file", command: "the command" }[source.from]
  throw new MissingSecretError(source, `${what} ${nameOf(source)} gives an empty secret`)
}

function nameOf(source: Reference): string {
  if (source.from === "env") return source.name
  return source.from === "file" ? source.path : source.command
}
