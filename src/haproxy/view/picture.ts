import type { Look, Observed } from "../../model/view.ts"
import { hasOneWriter } from "../config/one-writer.ts"
import { agentOf } from "../node/agent.ts"
import type { HaproxyRuntime } from "../runtime/model.ts"
import { parseRuntime, runtimeProbe } from "../runtime/probe.ts"
import { backendOf, serviceStatus } from "./services.ts"
import type { HaproxyStatus, ServiceStatus } from "./status.ts"

/** What runs, asked where the inventory has haproxy. */
export const RUNTIME: Observed<HaproxyRuntime> = {
  name: "haproxy",
  script({ inventory, host }) {
    const { haproxy } = inventory
    if (haproxy === undefined || !haproxy.on.includes(host.group)) return undefined
    const tables = haproxy.services.filter((one) => one.on === host.group && hasOneWriter(one)).map(backendOf)
    const { agent } = agentOf(inventory, host)
    return `(${runtimeProbe(haproxy.global.socket.path, { pidFile: agent?.pidFile, tables }).script}\n)`
  },
  parse: parseRuntime,
}

export interface HaproxyPicture {
  haproxies: readonly HaproxyStatus[]
  services: readonly ServiceStatus[]
}

export function haproxyPicture(look: Look): HaproxyPicture {
  const { inventory } = look
  const haproxies = inventory.hosts.flatMap(({ name }): HaproxyStatus[] => {
    const runtime = look.observed(RUNTIME, name)
    return runtime === undefined ? [] : [{ host: name, runtime }]
  })
  return { haproxies, services: serviceStatus(inventory, haproxies) }
}
