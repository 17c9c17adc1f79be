import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { text } from "node:stream/consumers"
import { HaopsError } from "../base/errors.ts"
import type { Inventory } from "../model/inventory.ts"
import { type InventoryText, inventoryParser } from "./parse.ts"

/** Where an inventory is looked for when no file is named. */
export const DEFAULT_FILES: readonly string[] = ["inventory.yaml", "inventory/inventory.yaml"]

/** The name that stands for standard input. */
export const STANDARD_INPUT = "-"

/**
 * Reads and checks an inventory, by default the first of `DEFAULT_FILES` that is there; of several files each over those before it.
 * Throws `InputError` with all that is wrong in it, and `E_INPUT` where no file can be read.
 */
export async function loadInventory(file?: string | readonly string[], cwd = process.cwd()): Promise<Inventory> {
  const parse = await inventoryParser()
  const [first, ...over] = file === undefined ? [await defaultOf(cwd)] : await namedOf([file].flat(), cwd)
  return parse(first!.text, first!.file, cwd, over)
}

async function defaultOf(cwd: string): Promise<InventoryText> {
  for (const file of DEFAULT_FILES) {
    const found = await textOf(file, cwd)
    if (found !== undefined) return { file, text: found }
  }
  throw notFound(undefined)
}

async function namedOf(files: readonly string[], cwd: string): Promise<readonly InventoryText[]> {
  if (files.filter((file) => file === STANDARD_INPUT).length > 1) {
    throw new HaopsError("E_INPUT", "standard input can be read once: -i - stands there twice")
  }
  return await Promise.all(
    files.map(async (file) => {
      const found = await textOf(file, cwd)
      if (found === undefined) throw notFound(file)
      return { file, text: found }
    }),
  )
}

/** The one file that an inventory is in, for whoever writes to it. Throws `E_INPUT` where there is none. */
export function oneFile({ file, files }: Pick<Inventory, "file" | "files">, doing: string): string {
  if (files === undefined && file !== STANDARD_INPUT) return file
  const what = files === undefined ? "it came on standard input" : `it is merged of ${file}`
  throw new HaopsError("E_INPUT", `${doing}, and there is no one file to write: ${what}`, {
    hint: "Name the one file with -i, or edit what you have and run haops up.",
  })
}

async function textOf(name: string, cwd: string): Promise<string | undefined> {
  try {
    return name === STANDARD_INPUT ? await text(process.stdin) : await readFile(resolve(cwd, name), "utf8")
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return undefined
    throw new HaopsError("E_INPUT", `the inventory ${name} cannot be read: ${message}`, { cause: error })
  }
}

function notFound(file: string | undefined): HaopsError {
  if (file !== undefined) {
    return new HaopsError("E_INPUT", `there is no inventory ${file}`, { hint: "Name another with -i FILE." })
  }
  return new HaopsError("E_INPUT", `no inventory: neither ${DEFAULT_FILES.join(" nor ")} is here`, {
    hint: "Name one with -i FILE.",
  })
}
