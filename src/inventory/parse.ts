import { resolve } from "node:path"
import { collectFindings, type Lost, warningText } from "../document/findings.ts"
import { InputError } from "../document/problems.ts"
import { readablePart } from "../document/readable-part.ts"
import { checkShape, type ShapeProblem } from "../document/shape.ts"
import { type Unreadable, valueAt } from "../document/unreadable.ts"
import { placed } from "../document/yaml-document.ts"
import { readYaml } from "../document/yaml-source.ts"
import type { Inventory } from "../model/inventory.ts"
import { expandInventory } from "./expand.ts"
import { type InventoryYaml, inventorySchema, type PartialInventory, partialInventorySchema } from "./schema.ts"

/**
 * An inventory from its text. `file` names it in messages; paths in it are relative to that file's directory, seen from
 * `cwd`. Nothing else is looked up: a secret that is not there shows when it is needed. Throws `InputError`.
 */
export function parseInventory(text: string, file: string, cwd = process.cwd()): Inventory {
  const source = readYaml(text, file)
  const shape = checkShape(inventorySchema, source.raw, "the inventory")
  const part = readable(shape, source.raw)
  const { notes, problems, warnings } = collectFindings(source, part)
  const inventory = expandInventory(part.value, resolve(cwd, file), notes)
  const all = [...source.problems, ...shape.problems.map((problem) => placed(problem, source)), ...problems]
  if (all.length > 0) throw new InputError(all)
  return { ...inventory, file, warnings: warnings.map(warningText) }
}

type Readable = Lost & { value: PartialInventory }

/** As much of the inventory as can be checked further. */
function readable(shape: ReturnType<typeof checkShape<InventoryYaml>>, raw: unknown): Readable {
  if (shape.ok) return { value: shape.value, unreadable: [], original: (path) => path }
  const part = readablePart(partialInventorySchema, raw)
  const lost = (part?.lost ?? [[]]).map((path) => ({ path, value: valueAt(raw, path) }))
  const unreadable = [...lost, ...misspelt(shape.problems, raw)]
  return { value: part?.value ?? {}, unreadable, original: part?.original ?? ((path) => path) }
}

/** What stands under a key that is nearly the right one. */
function misspelt(problems: readonly ShapeProblem[], raw: unknown): Unreadable[] {
  return problems.flatMap(({ path, at, suggestion }) =>
    at === "key" && suggestion !== undefined
      ? [{ path: [...path.slice(0, -1), suggestion], value: valueAt(raw, path) }]
      : [],
  )
}
