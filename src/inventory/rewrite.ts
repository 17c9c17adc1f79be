import { randomBytes } from "node:crypto"
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import { writing } from "../base/writing.ts"

/**
 * Replaces a file by what `edit` makes of its text: beside it and renamed over it, so that no reader ever sees half of it. Links are
 * followed, mode, owner and group are kept. Returns false where nothing changes. Throws `E_INPUT` where it cannot be written.
 */
export async function rewriteFile(file: string, edit: (text: string) => string): Promise<boolean> {
  return await writing(file, async () => {
    const target = await realpath(file)
    const text = await readFile(target, "utf8")
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
