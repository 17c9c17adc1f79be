import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** A text of the installed package by its path in it, such as `playbooks/up.yaml`: from its directory, or from within the single executable. */
export function packageFile(path: string): string {
  const { isSea, getAsset } = process.getBuiltinModule("node:sea")
  return isSea() ? getAsset(path, "utf8") : readFileSync(join(packageRoot(), path), "utf8")
}

/** The version in package.json. */
export function packageVersion(): string {
  const manifest = JSON.parse(packageFile("package.json")) as { version: string }
  return manifest.version
}

/** The directory that holds package.json: found from here, whether bundled or from source. */
function packageRoot(): string {
  const own = dirname(fileURLToPath(import.meta.url))
  let directory = own
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory)
    if (parent === directory) throw new Error(`no package.json above ${own}: haops is not installed whole`)
    directory = parent
  }
  return directory
}
