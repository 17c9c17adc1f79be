import type { Host } from "../../model/inventory.ts"
import { beyondSsh2 } from "../beyond-ssh2.ts"
import type { Surroundings } from "../endpoint.ts"

/** Whether this machine's ssh logs in to a host: where the inventory says so, or leaves it open and the ssh configuration needs it. */
export async function takesOpenssh({ name, address, ssh }: Host, around: Surroundings): Promise<boolean> {
  if (ssh.transport !== "auto") return ssh.transport === "openssh"
  const beyond = beyondSsh2(await around.lookup([name, address], ssh))
  return beyond.some((what) => ssh.proxyJump === undefined || !what.startsWith("ProxyCommand"))
}
