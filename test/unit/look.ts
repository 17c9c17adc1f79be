import type { Inventory } from "../../src/model/inventory.ts"
import type { Look } from "../../src/model/view.ts"

/** A look at hosts by what each answered to the one question of a thing, and, where it asks for more, what was observed there. */
export function lookOf<Have>(
  inventory: Inventory,
  states: Readonly<Record<string, Have>>,
  observed: (host: string) => unknown = () => undefined,
): Look {
  return {
    inventory,
    live: [],
    host: () => ({}),
    answer: (_key, host) => states[host] as never,
    asked: () => true,
    observed: (_key, host) => observed(host) as never,
  }
}
