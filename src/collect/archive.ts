import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { rm } from "node:fs/promises"
import { finished } from "node:stream/promises"
import { createGzip } from "node:zlib"
import { splitPath, TAR_END, tarHeader, tarPadding } from "../base/tar.ts"

export interface Archive {
  /** Adds a file. One after another, in the order in which they are added. */
  add(path: string, text: string): Promise<void>
  /** The end of it; it is all on disk then. */
  close(): Promise<void>
  /** It comes to nothing, and no file of it stays. */
  abandon(): Promise<void>
}

/** A .tar.gz for its owner alone, where there is no such file yet. */
export function createArchive(file: string, now: Date): Archive {
  const gzip = createGzip()
  const output = createWriteStream(file, { flags: "wx", mode: 0o600 })
  const done = finished(gzip.pipe(output))
  done.catch(() => undefined)
  const opened = once(output, "open")
  let turn: Promise<unknown> = opened
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
        // Of a path that has no room its end tells more.
        await write(tarHeader({ path: splitPath(path) === undefined ? path.slice(-50) : path }, content.length, now))
        await write(Buffer.concat([content, tarPadding(content.length)]))
      }),
    close: () =>
      inTurn(async () => {
        gzip.end(TAR_END)
        await done
      }),
    async abandon() {
      // What could not be opened, since it was there, is somebody else's.
      const isOurs = await opened.then(
        () => true,
        () => false,
      )
      gzip.destroy()
      output.destroy()
      if (isOurs) await rm(file, { force: true })
    },
  }
}
