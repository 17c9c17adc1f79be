import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The directory of the installed package, which holds `playbooks/`: found from here, whether bundled or from source. */
export function packageRoot(): string {
  const own = dirname(fileURLToPath(import.meta.url))
  let directory = own
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory)
    if (parent === directory) throw new Error(`no package.json above ${own}: haops is not installed whole`)
    directory = parent
  }
  return directory
}

/** The version in package.json. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }
  return manifest.version
}
