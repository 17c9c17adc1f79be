import { homedir } from "node:os"
import { dirname, resolve } from "node:path"
import type { SecretSource } from "../model/inventory.ts"

/** A path of the inventory: relative to the directory of the inventory's file, `~/` being the user's home. */
export function pathFrom(file: string, path: string): string {
  if (path === "~" || path.startsWith("~/")) return resolve(homedir(), path.slice(2))
  return resolve(dirname(file), path)
}

/** A secret's source with its path resolved as `pathFrom` does. */
export function sourceFrom(file: string, source: SecretSource): SecretSource {
  return source.from === "file" ? { from: "file", path: pathFrom(file, source.path) } : source
}
