import { randomBytes } from "node:crypto"
import { chmod, open, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import { writing } from "../base/writing.ts"

/**
 * Replaces a file by what `edit` makes of its text: beside it and renamed over it, so that no reader ever sees half of it. Links are
 * followed, the mode is kept. Returns false where nothing changes. Throws `E_INPUT` where it cannot be written.
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
  const { mode } = await stat(target)
  const temporary = `${target}.${randomBytes(4).toString("hex")}`
  try {
    await using handle = await open(temporary, "wx", 0o600)
    await handle.writeFile(content)
    await handle.sync()
    await chmod(temporary, mode & 0o7777)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
