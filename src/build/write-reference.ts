import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { inventoryJsonSchema } from "../inventory/json-schema.ts"
import { inventoryReference } from "./reference.ts"

export const REFERENCE = "inventory/REFERENCE.md"

const root = join(import.meta.dirname, "../..")

/** The reference of the inventory as it has to be: examples are taken from the inventories and from what their README shows. */
export async function currentReference(): Promise<string> {
  const directory = join(root, "inventory")
  const files = readdirSync(directory).filter((name) => name.endsWith(".yaml"))
  const shown = readFileSync(join(directory, "README.md"), "utf8").matchAll(/```yaml\n(.*?)```/gs)
  const texts = [
    ...files.sort().map((name) => readFileSync(join(directory, name), "utf8")),
    ...[...shown].map(([, text]) => text!),
  ]
  return inventoryReference(
    await inventoryJsonSchema(),
    texts.map((text) => parse(text)),
  )
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(root, REFERENCE), await currentReference())
