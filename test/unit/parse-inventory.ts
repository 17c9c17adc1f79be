import { inventoryParser } from "../../src/inventory/parse.ts"

/** An inventory from its text, with every component's section. */
export const parseInventory = await inventoryParser()
