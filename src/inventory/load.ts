import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { HaopsError } from "../base/errors.ts"
import type { Inventory } from "../model/inventory.ts"
import { inventoryParser } from "./parse.ts"

/** Where an inventory is looked for when no file is named. */
export const DEFAULT_FILES: readonly string[] = ["inventory.yaml", "inventory/inventory.yaml"]

/**
 * Reads and checks an inventory, by default the first of `DEFAULT_FILES` that is there. Throws `InputError` with all
 * that is wrong in it, and `E_INPUT` where no file can be read.
 */
export async function loadInventory(file?: string, cwd = process.cwd()): Promise<Inventory> {
  for (const name of file === undefined ? DEFAULT_FILES : [file]) {
    const text = await textOf(name, cwd)
    if (text !== undefined) return (await inventoryParser())(text, name, cwd)
  }
  throw notFound(file)
}

async function textOf(name: string, cwd: string): Promise<string | undefined> {
  try {
    return await readFile(resolve(cwd, name), "utf8")
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
