import type { Host, Inventory } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
import type { BindContext } from "../model/step.ts"
import { RABBITMQ, type RabbitmqSettings } from "./settings.ts"

/** Who is a member, in the inventory's order; nobody where RabbitMQ is not managed. */
export function rabbitmqHosts(inventory: Inventory): readonly Host[] {
  const on = settingsOf(inventory, RABBITMQ)?.on
  return inventory.hosts.filter(({ group }) => group === on)
}

/** The settings where they are this host's. */
export function rabbitmqOn({ inventory, host }: Pick<BindContext, "inventory" | "host">): RabbitmqSettings | undefined {
  const settings = settingsOf(inventory, RABBITMQ)
  return settings?.on === host.group ? settings : undefined
}
