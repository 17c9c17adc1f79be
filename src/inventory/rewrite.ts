import { isUtf8 } from "node:buffer"
import { randomBytes } from "node:crypto"
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import { HaopsError } from "../base/errors.ts"
import { writing } from "../base/writing.ts"

/** The text of a file that is to be edited. Throws `E_INPUT` where it is not UTF-8: written again, it would have other bytes. */
export async function readEditable(file: string): Promise<string> {
  const bytes = await readFile(file)
  if (isUtf8(bytes)) return bytes.toString()
  const lines = bytes.toString("latin1").split("\n")
  const line = lines.findIndex((one) => !isUtf8(Buffer.from(one, "latin1"))) + 1
  throw new HaopsError("E_INPUT", `${file}:${line} is not UTF-8, and haops would not keep it as it is`, {
    hint: "Save the file as UTF-8. From Latin-1: iconv -f LATIN1 -t UTF-8",
  })
}

/**
 * Replaces a file by what `edit` makes of its text: beside it and renamed over it, so that no reader ever sees half of it. Links are
 * followed, mode, owner and group are kept. Returns false where nothing changes. Throws `E_INPUT` where it cannot be written, and as
 * `readEditable` does.
 */
export async function rewriteFile(file: string, edit: (text: string) => string): Promise<boolean> {
  return await writing(file, async () => {
    const target = await realpath(file)
    const text = await readEditable(target)
    const edited = edit(text)
    if (edited === text) return false
    await replace(target, edited)
    return true
  })
}

async function replace(target: string, content: string): Promise<void> {
  const old = await stat(target)
  const temporary = `${target}.${randomBytes(4).toString("hex")}`
  try {
    await using handle = await open(temporary, "wx", 0o600)
    await handle.writeFile(content)
    await handle.sync()
    if (!(await handOver(handle, old))) return await overwrite(target, content)
    await handle.chmod(old.mode & 0o7777)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Whether the new file could be made the old one's owner's and group's: only root may give files away. */
async function handOver(handle: FileHandle, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  const own = await handle.stat()
  if (own.uid === uid && own.gid === gid) return true
  try {
    await handle.chown(uid, gid)
    return true
  } catch {
    return false
  }
}

/** In place, longest first: a reader may see half of it for a moment, and the file stays whose it is. */
async function overwrite(target: string, content: string): Promise<void> {
  await using handle = await open(target, "r+")
  await handle.write(content, 0)
  await handle.truncate(Buffer.byteLength(content))
  await handle.sync()
}
