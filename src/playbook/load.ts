import { readFile } from "node:fs/promises"
import { HaopsError } from "../base/errors.ts"
import { packageFile } from "../base/package-root.ts"
import type { LoadedPlaybook } from "./compile.ts"

/** A playbook that haops ships, such as `up`. */
export async function loadShipped(name: string): Promise<LoadedPlaybook> {
  const path = `playbooks/${name}.yaml`
  return { ...(await parsePlaybook(packageFile(path), path)), shipped: true }
}

/** A playbook from a file. Throws `InputError` with line and column. */
export async function loadPlaybook(file: string): Promise<LoadedPlaybook> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") {
      throw new HaopsError("E_INPUT", `the playbook ${file} cannot be read: ${cause.message}`, { cause })
    }
    const hint = "haops run takes the path of a playbook, from the directory that it is called in."
    throw new HaopsError("E_INPUT", `there is no playbook ${file}`, { hint, cause })
  })
  return await parsePlaybook(text, file)
}

/** `shown` is the name for messages. */
async function parsePlaybook(text: string, shown: string): Promise<LoadedPlaybook> {
  // Every verb imports this module, and has its connections begun before it reads a playbook.
  const { parseYaml } = await import("../document/yaml-document.ts")
  const { playbookSchema } = await import("./schema.ts")
  return parseYaml(text, shown, playbookSchema, "the playbook")
}

/** A playbook without stages, for verbs that only connect. */
export function emptyPlaybook(name: string): LoadedPlaybook {
  return {
    value: { name, stages: [] },
    locate: () => ({ line: 1, column: 1 }),
    problem: (path, message) => ({ file: name, path, message }),
  }
}
