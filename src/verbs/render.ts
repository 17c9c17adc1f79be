import { escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { nearest } from "../base/nearest.ts"
import { loadInventory } from "../inventory/load.ts"
import { selectHosts } from "../inventory/select.ts"
import { renderFiles } from "../output/files-screen.ts"
import type { RenderOptions } from "./options.ts"
import { writeTree } from "./render-tree.ts"
import { type Found, renderedFiles } from "./rendered.ts"

/** `haops render`: every file that `up` would write, from the inventory alone. It asks no host. */
export async function render(options: RenderOptions, ...names: readonly string[]): Promise<number> {
  const inventory = await loadInventory(options.inventory)
  const hosts = selectHosts(inventory, options.host, "--host")
  const choose = (files: Found) => chosen(files, names, inventory.file)
  const files = await renderedFiles(inventory, hosts, { choose, reveal: options.reveal === true })
  if (options.out !== undefined) await writeTree(options.out, files)
  if (options.json === true) {
    const document = { outcome: "done", exit: EXIT.done, files: files.map(({ secret: _, ...file }) => file) }
    process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
  } else if (options.out === undefined) {
    process.stdout.write(renderFiles(files))
  }
  return EXIT.done
}

/** Files by the names that people have for them, or by their paths; without any, all. */
function chosen(files: Found, names: readonly string[], inventory: string): Found {
  if (names.length === 0) return files
  const goesBy = (name: string) => (one: Found[number]) => one.file.name === name || one.file.path === name
  const unknown = names.find((name) => !files.some(goesBy(name)))
  if (unknown === undefined) return files.filter((one) => names.some((name) => goesBy(name)(one)))
  const known = [...new Set(files.map(({ file }) => file.name))]
  const near = nearest(unknown, known)
  const suggestion = near === undefined ? "" : `; did you mean "${near}"?`
  throw new HaopsError("E_INPUT", `${inventory} has no file called "${unknown}" written${suggestion}`, {
    hint: `There are: ${known.join(", ")}.`,
  })
}
