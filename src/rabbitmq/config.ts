import type { FileWant } from "../host/file-drift.ts"
import { MANAGED } from "../host/mark.ts"
import { AMQP_PORT, nodeName } from "./settings.ts"

export const ENV_CONFIG = "/etc/rabbitmq/rabbitmq-env.conf"
export const RABBITMQ_CONFIG = "/etc/rabbitmq/rabbitmq.conf"

export interface ConfigWant {
  host: string
  address: string
  partitionHandling: string
  settings: Readonly<Record<string, string>>
}

/**
 * What a member reads when it starts. It has its name from the inventory, so that all call it the same. Schedulers that wait busily
 * would take the processors that the other services of a controller need.
 */
export function configFiles({ host, address, partitionHandling, settings }: ConfigWant): readonly FileWant[] {
  const more = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`)
  const attributes = { mode: "0644", owner: "root:root" }
  return [
    {
      path: ENV_CONFIG,
      content: `${MANAGED}
NODENAME=${nodeName(host)}
SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none"
`,
      ...attributes,
    },
    {
      path: RABBITMQ_CONFIG,
      content: `${MANAGED}
listeners.tcp.1 = ${address}:${AMQP_PORT}
cluster_partition_handling = ${partitionHandling}
${more.join("")}`,
      ...attributes,
    },
  ]
}
