import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { homedir } from "node:os"
import { basename, dirname, join } from "node:path"
import { Script } from "node:vm"
import { EXIT } from "./exit-codes.ts"

/**
 * Runs a CommonJS bundle together with what V8 compiled of it when it last ran for the same `purpose`, and keeps what it compiles this
 * time for the next. Saves more than a hundred milliseconds of compiling, a third of what there is to do here in a run that changes
 * nothing. The bundle's name has to change with its content: V8 tells sources apart by their length alone.
 *
 * The cache is a file of the user's own (`$XDG_CACHE_HOME/haops`, else `~/.cache/haops`). Where that directory could be written by
 * somebody else, where there is none, or with Node's own `NODE_DISABLE_COMPILE_CACHE`, the bundle is compiled.
 */
export function runCached(bundle: string, purpose: string): void {
  const directory = ownDirectory()
  const build = basename(bundle)
  const name = `${build}-${purpose}-${process.version}-${process.arch}`
  const cachedData = directory === undefined ? undefined : read(join(directory, name))
  // Nothing but ASCII is in it, by esbuild's default, and latin1 needs no decoding.
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(bundle, "latin1")}\n})`,
    {
      filename: bundle,
      cachedData,
    },
  )
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, dirname(bundle))
  if (directory === undefined || (cachedData !== undefined && script.cachedDataRejected !== true)) return
  process.once("exit", (code) => {
    // By now, what has run has been compiled. A verb that does not exist has no next time.
    if (code !== EXIT.usage) keep(directory, name, build, script.createCachedData())
  })
}

/** The directory, if nobody else can write to it: what is in it is run. */
function ownDirectory(): string | undefined {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined
  const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "haops")
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(directory)
    return uid === process.getuid?.() && (mode & 0o022) === 0 ? directory : undefined
  } catch {
    // No home, or one that cannot be written to: haops works without.
    return undefined
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    // Not there yet, or not to be read: then it is compiled.
    return undefined
  }
}

const WEEK_MS = 7 * 86_400_000

/** Whole or not at all. What other builds left goes after a week: two of them may be in use. */
function keep(directory: string, name: string, build: string, data: Buffer): void {
  const temporary = join(directory, `${name}.${process.pid}`)
  try {
    writeFileSync(temporary, data, { mode: 0o600 })
    renameSync(temporary, join(directory, name))
    for (const other of readdirSync(directory).filter((file) => !file.startsWith(build))) {
      const path = join(directory, other)
      if (statSync(path).mtimeMs < Date.now() - WEEK_MS) rmSync(path)
    }
  } catch {
    // A full disk, say: the next run compiles again.
    rmSync(temporary, { force: true })
  }
}
