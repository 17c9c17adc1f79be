import { spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Where the connections of a run have their sockets and logs. */
export interface Keeper {
  readonly directory: string
  /** Has all that is left ended and removed. */
  release(): void
}

/** A socket's address has room for 107 bytes, and ssh puts 17 of its own after the name while it makes one. */
const MAX_DIRECTORY = 70

/**
 * A directory that nobody else can look into, and a shell that waits for this process's end, however it comes: ssh would hold its
 * connections for ever, and the directory would stay. The shell is in a session of its own, which Ctrl-C does not reach.
 */
export function createKeeper(program: string): Keeper {
  const directory = makeDirectory()
  const child = spawn("/bin/sh", ["-c", KEEP, "haops", directory, program], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  })
  child.on("error", () => undefined)
  child.stdin.on("error", () => undefined)
  child.unref()
  // Only the pipe's end counts; it must not keep this process.
  ;(child.stdin as unknown as { unref?: () => void }).unref?.()
  return { directory, release: () => child.stdin.end() }
}

/** In the first place that is short enough and ours to write in: after `su` XDG_RUNTIME_DIR is another user's, and in a job it may not be there. */
function makeDirectory(): string {
  const places = [process.env.XDG_RUNTIME_DIR, tmpdir()].flatMap((path) => path || [])
  // In a socket's path ssh fills in what follows a percent sign.
  const fits = (path: string) => !path.includes("%") && Buffer.byteLength(join(path, "haops-XXXXXX")) < MAX_DIRECTORY
  for (const place of places.filter(fits)) {
    try {
      return mkdtempSync(join(place, "haops-"))
    } catch {
      // The next one, then.
    }
  }
  return mkdtempSync("/tmp/haops-")
}

const KEEP = [
  "cat >/dev/null",
  'for socket in "$1"/*.s; do [ -S "$socket" ] && "$2" -F none -S "$socket" -O exit haops; done',
  'rm -rf "$1"',
].join("\n")
