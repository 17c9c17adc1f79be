import type { Finding } from "../base/events.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { isMirroring } from "./settings.ts"
import type { RabbitmqState } from "./state.ts"

/** What stands against the version that is there, or that the host's release would install. */
export function versionFindings(
  want: { version?: 3 | 4 | undefined; mirroring: readonly string[] },
  { version, status }: Pick<RabbitmqState, "version" | "status">,
  facts: Pick<HostFacts, "os" | "osVersion">,
): Finding[] {
  const major = majorOf(version, facts)
  const policies = status?.running === true ? status.policies.filter(isMirrored).map(({ name }) => name) : []
  const mirroring = [...new Set([...want.mirroring, ...policies])]
  return [
    ...(want.version === undefined || major === undefined || want.version === major
      ? []
      : [differs(want.version, version ?? `${major}.x`, version !== undefined)]),
    ...(major === 4 && mirroring.length > 0 ? [noMirrors(mirroring)] : []),
  ]
}

/** Debian 13 has 4.0, those before it 3.x. */
function majorOf(version: string | undefined, { os, osVersion }: Pick<HostFacts, "os" | "osVersion">) {
  if (version !== undefined) return Number.parseInt(version, 10) >= 4 ? 4 : 3
  return os === "debian" ? (Number.parseInt(osVersion, 10) >= 13 ? 4 : 3) : undefined
}

function isMirrored({ definition }: { definition: Readonly<Record<string, unknown>> }): boolean {
  return Object.keys(definition).some(isMirroring)
}

/** 3.10 to 4.0 ends in failed_to_initialize_feature_flags_registry, with a broker that boots no more (rabbitmq-server 15444). */
function differs(wanted: number, have: string, installed: boolean): Finding {
  if (!installed || wanted === 3) {
    const message = `the inventory says RabbitMQ ${wanted}, and the host ${installed ? "has" : "would get"} ${have}`
    return { severity: "error", message, hint: `Say version: ${wanted === 3 ? 4 : 3}, or leave it out.` }
  }
  const message = `RabbitMQ ${have} cannot become 4.x in place: it would not boot any more`
  const hint =
    "Take the node out (remove-node), purge rabbitmq-server and /var/lib/rabbitmq, and let a new cluster of 4.x take over."
  return { severity: "error", message, hint }
}

function noMirrors(policies: readonly string[]): Finding {
  const message = `RabbitMQ 4 does not boot with mirrored queues, which the policy ${policies.join(", ")} asks for (ha-mode)`
  return {
    severity: "error",
    message,
    hint: "Take it out, and have clients declare quorum queues (x-queue-type: quorum).",
  }
}
