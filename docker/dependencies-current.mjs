// Exit 0 when node_modules holds what package-lock.json names. npm records what it installed in a lock file of its own.
import { readFileSync } from "node:fs"

const wanted = packagesOf("package-lock.json")
const installed = packagesOf("node_modules/.package-lock.json")
const stale = Object.entries(wanted).filter(
  ([path, entry]) =>
    path !== "" && (installed[path] === undefined ? !entry.optional : installed[path].version !== entry.version),
)
process.exitCode = stale.length === 0 ? 0 : 1

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")).packages
  } catch (error) {
    if (error.code === "ENOENT") return {}
    throw error
  }
}
