import type { Inventory } from "../../../../src/model/inventory.ts"
import { parseInventory } from "../../parse-inventory.ts"

/** An inventory of two nodes, with this below its `pacemaker`. */
export function withPacemaker(parts: string): Inventory {
  return parseInventory(
    `name: test
controllers: { c1: 10.0.0.1, c2: 10.0.0.2 }
pacemaker:
  password: { env: P }
${parts}`,
    "i.yaml",
  )
}
