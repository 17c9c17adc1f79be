import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { finished } from "node:stream/promises"
import { createGzip } from "node:zlib"

export interface Archive {
  /** Adds a file. One after another, in the order in which they are added. */
  add(path: string, text: string): Promise<void>
  /** The end of it; it is all on disk then. */
  close(): Promise<void>
  /** It comes to nothing. */
  abandon(): void
}

const BLOCK = 512

/** A .tar.gz for its owner alone, where there is no such file yet. */
export function createArchive(file: string, now: Date): Archive {
  const gzip = createGzip()
  const output = createWriteStream(file, { flags: "wx", mode: 0o600 })
  const done = finished(gzip.pipe(output))
  done.catch(() => undefined)
  let turn: Promise<unknown> = once(output, "open")
  // Whoever adds something is told.
  turn.catch(() => undefined)
  const write = async (bytes: Buffer) => {
    if (!gzip.write(bytes)) await Promise.race([once(gzip, "drain"), done])
  }
  const inTurn = (work: () => Promise<void>) => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    add: (path, text) =>
      inTurn(async () => {
        const content = Buffer.from(text)
        await write(headerOf(path, content.length, now))
        await write(Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]))
      }),
    close: () =>
      inTurn(async () => {
        gzip.end(Buffer.alloc(2 * BLOCK))
        await done
      }),
    abandon() {
      gzip.destroy()
      output.destroy()
    },
  }
}

/** A file's header as POSIX.1-1988 has it (ustar), which every tar reads. */
function headerOf(path: string, size: number, now: Date): Buffer {
  const header = Buffer.alloc(BLOCK)
  const { prefix, name } = splitPath(path)
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`
  const put = (text: string, at: number) => void header.write(text, at, "utf8")
  put(name, 0)
  put(octal(0o600, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(Math.floor(now.getTime() / 1000), 12), 100)
  put("        0", 148)
  put("ustar\u000000", 257)
  put(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return header
}

/** A long path lies in two fields, parted at a slash: 155 bytes and 100. */
function splitPath(path: string): { prefix: string; name: string } {
  if (path.length <= 100) return { prefix: "", name: path }
  const at = path.indexOf("/", path.length - 101)
  if (at <= 0 || at > 155) return { prefix: "", name: path.slice(-100) }
  return { prefix: path.slice(0, at), name: path.slice(at + 1) }
}
