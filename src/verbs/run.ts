import { loadPlaybook } from "../playbook/load.ts"
import type { UpOptions } from "./options.ts"
import { runPlaybook } from "./run-playbook.ts"

/** `haops run PLAYBOOK`: converge to a playbook of the user's own. */
export async function run(options: UpOptions, file: string): Promise<number> {
  return await runPlaybook({ verb: "run", target: file, options, playbook: () => loadPlaybook(file) })
}
