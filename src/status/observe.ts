import type { Task } from "../engine/task.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { answerKey, defineStep } from "../model/step.ts"
import { portOfVip } from "../model/vip-port.ts"
import { OBSERVE_WANT, type Observation, type ObserveWant, observationScript, parseObservation } from "./observation.ts"

/** What a host shows, for `status` and `verify`. */
export const OBSERVATION = answerKey<Observation>("observation")

/** A look, as a step that never finds anything to do. */
const observe = defineStep<ObserveWant, Observation>({
  kind: "observe",
  answers: [OBSERVATION],
  summary: "what a host shows of its cluster and its haproxy",
  want: OBSERVE_WANT,
  title: () => "status",
  probe: (wanted) => ({ script: observationScript(wanted), parse: (output) => parseObservation(output, wanted) }),
  check: () => [],
  plan: () => [],
})

/** The task that looks at these hosts, to be put beside those of a playbook. Its answers are `Observation`s. */
export function observeTask(inventory: Inventory, hosts: readonly Host[], deep = false): Task {
  const wants = new Map(hosts.map((host) => [host.name, wantOf(inventory, host, deep)]))
  return { id: "observe", stage: "observe", step: observe, title: "status", wants }
}

/** The port on which a VIP is asked whether it can be reached: one that is served, else one where a refusal is due (discard). */
export function vipPort(inventory: Inventory, vip: string): number {
  return portOfVip(inventory, vip) ?? 9
}

function wantOf(inventory: Inventory, host: Host, deep: boolean): ObserveWant {
  const { haproxy, vips } = inventory
  return {
    ...(haproxy?.on.includes(host.group) ? { socket: haproxy.global.socket.path } : {}),
    vips: vips.map(({ name, address }) => ({ address, port: vipPort(inventory, name) })),
    deep,
  }
}
