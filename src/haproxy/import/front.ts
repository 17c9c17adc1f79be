import type { ServiceYaml } from "../section/service-schema.ts"
import { takeBind } from "./bind.ts"
import type { Half } from "./half.ts"
import { takeOptions } from "./options.ts"
import type { Refusal } from "./refusal.ts"
import { takeRoutes } from "./routes.ts"
import {
  type Around,
  bindWords,
  type ImportedService,
  takeErrorfiles,
  takeLimits,
  takeTimeouts,
  withRest,
} from "./service.ts"

/** A frontend that hands on to a backend of others, or to none but by its routes, as a service. */
export function frontOf(
  name: string,
  front: Half,
  pool: string | undefined,
  around: Around,
): ImportedService | Refusal {
  const { base, vips } = around
  const halves = { front, back: front }
  const mode = front.peek("mode")
  const bind = takeBind(front, vips)
  if ("reason" in bind) return bind
  const http = mode?.text === "mode http"
  const named = pool !== undefined && name === front.proxy.name
  const yaml: ServiceYaml = {
    name,
    ...bind.yaml,
    ...((http ? "http" : "tcp") === base.mode ? {} : { mode: http ? "http" : "tcp" }),
    ...(pool === undefined ? { backends: "none" as const } : { pool }),
    ...(named ? {} : { split: { frontend: front.proxy.name } }),
    ...takeLimits(halves, base),
    ...takeOptions(halves, base, http, "front"),
    ...takeTimeouts(halves, base),
    ...takeErrorfiles(halves, base),
    ...takeRoutes(front, base),
  }
  front.take([mode, front.peek("default_backend")])
  return withRest(yaml, bindWords(yaml, bind.directive, front.proxy), halves, around)
}
