import { createHash } from "node:crypto"
import { basename, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { deserialize, serialize } from "node:v8"
import { Secret } from "../base/secret.ts"
import type { Inventory } from "../model/inventory.ts"
import { keepCached, ownCache, readCached } from "../startup/own-cache.ts"

/** What an inventory is made from. */
export interface InventorySource {
  text: string
  /** As the user named it. */
  file: string
  cwd: string
}

interface InventoryMemory {
  /** The inventory that was made of exactly this; undefined where that is not known. */
  recall(): Inventory | undefined
  keep(inventory: Inventory): void
}

const SHA256_BYTES = 32

/**
 * What was made of an inventory's text when it was last read, in the user's own cache: reading, checking and expanding it takes
 * 75 ms, in which no host is spoken to yet. Known by text, place and build of haops together; one file for each inventory. It holds
 * nothing that the inventory does not hold, and is not kept where that holds a secret itself.
 *
 * Undefined without such a cache, and where haops runs from its sources, which have no build to go by.
 */
export function inventoryMemory(
  source: InventorySource,
  { directory = ownCache(), build = ownBuild() }: { directory?: string | undefined; build?: string | undefined } = {},
): InventoryMemory | undefined {
  if (directory === undefined || build === undefined) return undefined
  const path = resolve(source.cwd, source.file)
  const key = digest([build, process.version, path, source.file, source.text])
  const name = `inventory-${digest([path]).toString("hex", 0, 8)}`
  return {
    recall: () => {
      const kept = readCached(directory, name)
      const data = kept?.subarray(SHA256_BYTES)
      // A byte that the disk lost or changed could be one of an address.
      return data && kept?.subarray(0, SHA256_BYTES).equals(seal(key, data)) ? deserialize(data) : undefined
    },
    keep: (inventory) => {
      if (holdsSecret(inventory)) return
      const data = serialize(inventory)
      keepCached(directory, name, Buffer.concat([seal(key, data), data]))
    },
  }
}

/** Says of what is kept both what it was made from and that it is whole. */
function seal(key: Buffer, data: Buffer): Buffer {
  return createHash("sha256").update(key).update(data).digest()
}

/** Each text with its length before it, so that no two lists look the same. */
function digest(texts: readonly string[]): Buffer {
  const hash = createHash("sha256")
  for (const text of texts) hash.update(`${text.length} ${text}`)
  return hash.digest()
}

/** A secret that is written in the inventory is kept in no other file. */
function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret)
}

/** The bundle's name, made from its content. */
function ownBuild(): string | undefined {
  const name = basename(fileURLToPath(import.meta.url))
  return /^haops-[A-Z0-9]+\.cjs$/.test(name) ? name : undefined
}
