import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { cleanScreen } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import type { RenderedFile } from "../output/files-screen.ts"

/** Writes each file to `directory/HOST/PATH`: readable by nobody else where it may hold secrets. What only the node can tell is said. */
export async function writeTree(directory: string, files: readonly RenderedFile[]): Promise<void> {
  try {
    for (const file of files) await write(directory, file)
  } catch (cause) {
    throw new HaopsError("E_INPUT", `${directory} cannot be written: ${(cause as Error).message}`, { cause })
  }
  for (const text of new Set(files.flatMap(said))) process.stderr.write(cleanScreen(text))
}

async function write(directory: string, { host, path, content, secret }: RenderedFile): Promise<void> {
  if (content === undefined) return
  const target = join(directory, host, path)
  await mkdir(dirname(target), { recursive: true })
  // A file that is there would keep its mode, and a link would lead elsewhere.
  await rm(target, { force: true })
  await writeFile(target, content, { mode: secret ? 0o600 : 0o644, flag: "wx" })
}

function said({ path, note, content }: RenderedFile): string[] {
  if (note === undefined) return []
  return [`${path}${content === undefined ? ", which is not written here" : ""}: ${note}\n`]
}
