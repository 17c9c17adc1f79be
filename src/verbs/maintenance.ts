import { loadShipped } from "../playbook/load.ts"
import type { NodeOptions } from "./options.ts"
import { runAboutNode } from "./run-about-node.ts"

/** `haops maintenance on|off`: the cluster leaves its resources as they are, or takes them up again. */
export async function maintenance(options: NodeOptions, state: string): Promise<number> {
  const playbook = () => loadShipped(`maintenance-${state}`)
  return await runAboutNode({ verb: "maintenance", target: state, options, playbook })
}
