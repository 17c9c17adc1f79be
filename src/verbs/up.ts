import { loadShipped } from "../playbook/load.ts"
import type { UpOptions } from "./options.ts"
import { runPlaybook } from "./run-playbook.ts"

/** `haops up`: converge the hosts to the inventory. */
export async function up(options: UpOptions): Promise<number> {
  return await runPlaybook({ verb: "up", options, playbook: () => loadShipped("up") })
}
