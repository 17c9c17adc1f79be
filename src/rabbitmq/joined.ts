import type { Action } from "../model/action.ts"
import { erlSays } from "./erl-call.ts"
import { nodeName } from "./settings.ts"

/** `start_app` succeeds after a failed join too, and leaves a cluster of one. */
export function joined(host: string, contact: string): Action {
  const expression = `true=lists:member('${nodeName(contact)}',rabbit_mnesia:cluster_nodes(running)).`
  return {
    type: "wait",
    for: `RabbitMQ on ${host} and ${contact} to see each other`,
    script: erlSays(host, expression, "true"),
    timeoutMs: 60_000,
  }
}
