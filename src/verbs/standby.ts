import { loadShipped } from "../playbook/load.ts"
import type { NodeOptions } from "./options.ts"
import { runAboutNode } from "./run-about-node.ts"

/** `haops standby NAME`: its resources move to other nodes; it stays a member and votes. Asks before a VIP stops that no other may run. */
export async function standby(options: NodeOptions, node: string): Promise<number> {
  const playbook = () => loadShipped("standby")
  return await runAboutNode({ verb: "standby", options, playbook, subject: { node }, mayStop: true })
}

/** `haops unstandby NAME`: it takes resources again. */
export async function unstandby(options: NodeOptions, node: string): Promise<number> {
  return await runAboutNode({ verb: "unstandby", options, playbook: () => loadShipped("unstandby"), subject: { node } })
}
