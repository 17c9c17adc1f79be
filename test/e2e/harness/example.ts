import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { type InventoryOverrides, merge } from "./inventory.ts"
import type { Lab } from "./lab.ts"

const EXAMPLES = new URL("../../../inventory/", import.meta.url)

/**
 * Writes an inventory of inventory/ for this lab and returns its path. `places` are the file's own names, addresses and interfaces
 * with those of the lab in their stead; the login is the lab's; `overrides` are merged over it, and all else is the file to the
 * letter. Throws where a place is not in the file, so that no test goes on with a file that has changed.
 */
export async function exampleInventory(
  lab: Pick<Lab, "directory">,
  file: string,
  { places, overrides = {} }: { places: Readonly<Record<string, string>>; overrides?: InventoryOverrides },
): Promise<string> {
  const text = await readFile(new URL(file, EXAMPLES), "utf8")
  const missing = Object.keys(places).find((place) => !text.includes(place))
  if (missing !== undefined) throw new Error(`inventory/${file} has no ${missing}`)
  const ssh = { user: "root", identityFile: "id_ed25519", knownHosts: "known_hosts" }
  const { ssh: _, ...example } = parse(replaced(text, places)) as Record<string, unknown>
  const path = join(lab.directory, "inventory.yaml")
  await writeFile(path, stringify(merge({ ...example, ssh }, overrides)))
  return path
}

/** All at once, the longest first: an address may be the beginning of another, and a new one may look like an old one. */
function replaced(text: string, places: Readonly<Record<string, string>>): string {
  const longest = Object.keys(places).sort((a, b) => b.length - a.length)
  const pattern = longest.map((place) => place.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")
  return text.replaceAll(new RegExp(`(?<![\\w.])(${pattern})(?![\\w.])`, "g"), (place) => places[place]!)
}
