import { hostname } from "node:os"
import type Dockerode from "dockerode"

/** On everything that a lab makes in the engine. The owner is the process that will remove it. */
export function labLabels(): Record<string, string> {
  return { "haops.lab": "e2e", "haops.owner": `${process.pid}@${hostname()}` }
}

/** Removes what test processes of this machine that are gone (killed, crashed) left in the engine, and nothing else. */
export async function sweepAbandoned(dockerode: Dockerode): Promise<void> {
  const filters = { label: ["haops.lab=e2e"] }
  const containers = await dockerode.listContainers({ all: true, filters })
  for (const { Id, Labels } of containers.filter(({ Labels }) => isAbandoned(Labels))) {
    process.stderr.write(`removing a container of the dead test process ${Labels["haops.owner"]}\n`)
    await dockerode.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)
  }
  const networks = await dockerode.listNetworks({ filters })
  for (const { Id } of networks.filter(({ Labels }) => isAbandoned(Labels ?? {})))
    await dockerode.getNetwork(Id).remove().catch(unlessGone)
}

/** Two runs that begin together sweep the same: what another one has removed, or is removing, is no failure. */
function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error
}

function isAbandoned(labels: Record<string, string>): boolean {
  const [pid, machine] = (labels["haops.owner"] ?? "").split("@")
  if (machine !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH"
  }
}
