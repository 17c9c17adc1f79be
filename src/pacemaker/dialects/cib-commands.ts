import type { Change } from "../changes.ts"
import type { Cib } from "../cib.ts"

/** A command that edits a CIB in a file. Holds no secret: everything a CIB says can be read from the cluster by root alone. */
export interface EditCommand {
  argv: readonly string[]
  stdin?: string | undefined
}

/** How a shell carries out changes on an offline copy of the CIB. Builders only: somebody else runs them, in order. */
export interface CibCommands {
  /** As few commands as the shell allows: each costs the start of a Python. `cib` is what the file holds before. */
  edit(changes: readonly Change[], cib: Cib, file: string): readonly EditCommand[]
}

/** Remove an element by its id, where a shell has no word for it. Takes milliseconds. */
export function deleteElement(file: string, element: string, id: string): EditCommand {
  return { argv: ["env", `CIB_file=${file}`, "cibadmin", "--delete", "--xml-text", `<${element} id="${id}"/>`] }
}
