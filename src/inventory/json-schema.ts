import * as z from "zod"
import { COMPONENTS } from "../components.ts"
import type { Component } from "../model/component.ts"
import { inventorySchemas } from "./schema.ts"
import { loadSections } from "./sections.ts"

/** The JSON Schema (draft 7, which editors know best) of the inventory as it is written. */
export async function inventoryJsonSchema(
  components: readonly Component[] = COMPONENTS,
): Promise<Record<string, unknown>> {
  const { whole } = inventorySchemas(await loadSections(components))
  const schema = z.toJSONSchema(whole, { io: "input", target: "draft-7" })
  return { title: "haops inventory", ...schema }
}
