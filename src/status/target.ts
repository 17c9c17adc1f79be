import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import type { ServiceStatus } from "./model.ts"

export interface Target {
  service: string
  backend: string
  server: string
}

/**
 * `SERVICE/SERVER` as names of what runs: the service by the inventory's name or the backend's, the server by its own. Throws `E_INPUT`
 * with the nearest name, or all of them.
 */
export function findTarget(text: string, services: readonly ServiceStatus[]): Target {
  const slash = text.indexOf("/")
  if (slash < 1 || slash === text.length - 1) {
    throw new HaopsError("E_INPUT", `${JSON.stringify(text)} is not SERVICE/SERVER`, {
      hint: "Such as web/controller1; haops lb show lists them.",
    })
  }
  const service = findService(text.slice(0, slash), services)
  const name = text.slice(slash + 1)
  const names = service.servers.map((server) => server.name)
  if (names.includes(name)) return { service: service.name, backend: service.backend, server: name }
  throw unknown(`${service.name} has no server ${JSON.stringify(name)}`, name, names)
}

export function findService(name: string, services: readonly ServiceStatus[]): ServiceStatus {
  const found = services.find((service) => service.name === name || service.backend === name)
  if (found !== undefined) return found
  const names = services.map((service) => service.name)
  throw unknown(`no haproxy has a service ${JSON.stringify(name)}`, name, names)
}

function unknown(message: string, name: string, names: readonly string[]): HaopsError {
  const near = nearest(name, names)
  const hint = near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`
  return new HaopsError("E_INPUT", message, { hint })
}
