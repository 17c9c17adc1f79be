import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/**
 * Files of the user's own that save work and can be lost at any time, in `$XDG_CACHE_HOME/haops`, else `~/.cache/haops`. Undefined
 * where that directory could be written by somebody else (what is in it is run, or believed), where there is none, or with Node's own
 * `NODE_DISABLE_COMPILE_CACHE`.
 */
export function ownCache(): string | undefined {
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

/** A file's content; undefined where it is not there yet, or cannot be read. */
export function readCached(directory: string, name: string): Buffer | undefined {
  try {
    return readFileSync(join(directory, name))
  } catch {
    return undefined
  }
}

const WEEK_MS = 7 * 86_400_000

/** Writes a file whole or not at all, for the user alone, and drops what is a week old, except files whose names begin with `spared`. */
export function keepCached(directory: string, name: string, data: Buffer, spared: string): void {
  const temporary = join(directory, `${name}.${process.pid}`)
  try {
    writeFileSync(temporary, data, { mode: 0o600 })
    renameSync(temporary, join(directory, name))
    for (const other of readdirSync(directory).filter((file) => !file.startsWith(spared))) {
      const path = join(directory, other)
      if (statSync(path).mtimeMs < Date.now() - WEEK_MS) rmSync(path)
    }
  } catch {
    // A full disk, say: the next run does the work again.
    rmSync(temporary, { force: true })
  }
}
