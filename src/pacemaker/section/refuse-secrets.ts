import type * as z from "zod"
import { isSecretName } from "../secret-names.ts"

export const ELSEWHERE = "name a file of the node's where the agent takes one, as by passwd_script"

/** A secret among them as text would travel in a command's arguments, where every user of the node can read it. */
export function refuseSecrets(instead: string) {
  return (parameters: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx) => {
    const literal = Object.keys(parameters).filter((name) => isSecretName(name) && typeof parameters[name] !== "object")
    for (const name of literal) {
      const message = `a secret here would show in the process list of the nodes; ${instead}`
      context.addIssue({ code: "custom", path: [name], message })
    }
  }
}
