import * as z from "zod"
import { inventorySchema } from "./schema.ts"

/** The JSON Schema (draft 7, which editors know best) of the inventory as it is written. */
export function inventoryJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(inventorySchema, { io: "input", target: "draft-7" })
  return { title: "haops inventory", ...schema }
}
