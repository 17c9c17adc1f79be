import type { Finding } from "../base/events.ts"
import type { Cib } from "./cib.ts"
import type { Desired, DesiredResource } from "./desired.ts"
import { isResting } from "./diff-resource.ts"
import type { Ownership } from "./ownership.ts"

/**
 * Resources of others that manage what one of ours does, under another id: the same systemd unit, or the same address. What the one
 * starts, the other finds running where it must not, and stops.
 */
export function twins({ resources }: Desired, cib: Cib, owned: Ownership): readonly Finding[] {
  const wanted = new Set(resources.map(({ id }) => id))
  // What runs in a bundle's containers is another one, and what is not managed is only looked at.
  const atWork = cib.resources.filter((one) => one.bundle === undefined && !isResting(one))
  const others = atWork.filter(({ id }) => !wanted.has(id) && !owned.resource.has(id))
  return resources.flatMap((ours) =>
    others.flatMap((other) => {
      const what = managed(ours)
      return what !== undefined && what === managed(other) ? [twin(ours.id, other.id, what)] : []
    }),
  )
}

/** `haproxy.service`, `the address 10.0.0.11`. */
function managed({ agent, parameters }: Pick<DesiredResource, "agent" | "parameters">): string | undefined {
  const [, unit] = /^systemd:(.+?)(?:\.service)?$/.exec(agent) ?? []
  if (unit !== undefined) return `${unit}.service`
  const ip = agent === "ocf:heartbeat:IPaddr2" ? parameters.ip : undefined
  return ip === undefined ? undefined : `the address ${ip}`
}

function twin(ours: string, other: string, what: string): Finding {
  return {
    severity: "warning",
    message: `resource ${other}, which was not created by haops, manages ${what} as ${ours} does: each stops what the other has started`,
    hint: `Remove it (pcs resource delete ${other}, or crm configure delete ${other}), or give the inventory's its name: then haops adopts it.`,
  }
}
