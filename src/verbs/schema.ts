import { EXIT } from "../base/exit-codes.ts"
import { inventoryJsonSchema } from "../inventory/json-schema.ts"

/** `haops schema`: the JSON Schema of the inventory, for editors. */
export async function schema(): Promise<number> {
  process.stdout.write(`${JSON.stringify(await inventoryJsonSchema(), undefined, 2)}\n`)
  return EXIT.done
}
