import { readFile } from "node:fs/promises"
import { cleanLine, cleanScreen, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { importKeepalived } from "../keepalived/import.ts"
import type { CommonOptions } from "./options.ts"

/** `haops import-keepalived FILE…`: a pair's keepalived.conf files as sections of an inventory; what is to be looked at on standard error. */
export async function importKeepalivedVerb(options: CommonOptions, ...files: string[]): Promise<number> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await textOf(file) })))
  const { yaml, told } = importKeepalived(texts)
  if (options.json === true) {
    const document = { outcome: "done", exit: EXIT.done, files, inventory: yaml, notes: told }
    process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
    return EXIT.done
  }
  process.stdout.write(yaml)
  if (told.length > 0) process.stderr.write(cleanScreen(`To be looked at:\n${told.map(lineOf).join("")}`))
  return EXIT.done
}

function lineOf(text: string): string {
  return `  ${cleanLine(text)}\n`
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file === "-" ? "/dev/stdin" : file, "utf8")
  } catch (cause) {
    throw new HaopsError("E_INPUT", `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
