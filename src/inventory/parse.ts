import { resolve } from "node:path"
import type * as z from "zod"
import { COMPONENTS } from "../components.ts"
import { collectFindings, type Lost, warningText } from "../document/findings.ts"
import { mergeSources } from "../document/merge-sources.ts"
import { formatPlace, InputError, type Path } from "../document/problems.ts"
import { readablePart } from "../document/readable-part.ts"
import { checkShape, type ShapeProblem } from "../document/shape.ts"
import { type Unreadable, valueAt } from "../document/unreadable.ts"
import { placed } from "../document/yaml-document.ts"
import { readYaml } from "../document/yaml-source.ts"
import type { Component } from "../model/component.ts"
import type { Inventory } from "../model/inventory.ts"
import { expandInventory } from "./expand.ts"
import { type InventoryYaml, inventorySchemas, type PartialInventory } from "./schema.ts"
import { loadSections } from "./sections.ts"

/** A file that was read. */
export interface InventoryText {
  /** Its name in messages. */
  file: string
  text: string
}

/**
 * Text, the file's name in messages, and where that is seen from (default: the working directory). Of several files `over` are the others,
 * each over those before it; paths are relative to the first one's directory.
 */
type InventoryParser = (text: string, file: string, cwd?: string, over?: readonly InventoryText[]) => Inventory

/**
 * Makes what reads an inventory from its text. Paths in it are relative to its file's directory. Nothing else is looked up: a secret
 * that is not there shows when it is needed. It throws `InputError`.
 */
export async function inventoryParser(components: readonly Component[] = COMPONENTS): Promise<InventoryParser> {
  const sections = await loadSections(components)
  const schemas = inventorySchemas(sections)
  return (text, first, cwd = process.cwd(), over = []) => {
    const files = [first, ...over.map((one) => one.file)]
    const file = files.join(", ")
    const source = mergeSources([readYaml(text, first), ...over.map((one) => readYaml(one.text, one.file))], file)
    const shape = checkShape(schemas.whole, source.raw, "the inventory")
    const part = readable(shape, source.raw, schemas.partial)
    const { notes, problems, warnings } = collectFindings(source, part)
    const inventory = expandInventory(part.value, { file: resolve(cwd, first), sections, notes })
    const all = [...source.problems, ...shape.problems.map((problem) => placed(problem, source)), ...problems]
    if (all.length > 0) throw new InputError(all)
    const placeOf = (path: Path) => formatPlace({ file, ...source.locate(path) })
    return { ...inventory, file, ...(over.length > 0 && { files }), warnings: warnings.map(warningText), placeOf }
  }
}

type Readable = Lost & { value: PartialInventory }

/** As much of the inventory as can be checked further. */
function readable(
  shape: ReturnType<typeof checkShape<InventoryYaml>>,
  raw: unknown,
  schema: z.ZodType<PartialInventory>,
): Readable {
  if (shape.ok) return { value: shape.value, unreadable: [], original: (path) => path }
  const part = readablePart(schema, raw)
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
