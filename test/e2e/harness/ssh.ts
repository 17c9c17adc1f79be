import { execFile } from "node:child_process"
import { promisify } from "node:util"
import type { Lab } from "./lab.ts"

/** What a command prints where it is run by a login of its own, `USER@ADDRESS`, as an operator has it. Rejects unless that ends with 0. */
export async function ssh(lab: Lab, target: string, command: string): Promise<string> {
  const files = ["-i", lab.identityFile, "-o", `UserKnownHostsFile=${lab.knownHosts}`, "-o", "IdentitiesOnly=yes"]
  const { stdout } = await promisify(execFile)("ssh", ["-F", "none", "-o", "BatchMode=yes", ...files, target, command])
  return stdout
}
