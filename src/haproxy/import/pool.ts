import type { PoolYaml } from "../section/pool-schema.ts"
import { balanceSchema } from "../section/service-schema.ts"
import { takeCheck } from "./check.ts"
import type { Half } from "./half.ts"
import { takeOptions } from "./options.ts"
import type { Refusal } from "./refusal.ts"
import { backendsOf } from "./servers.ts"
import {
  type Around,
  isChecked,
  type Kept,
  serverWords,
  takeGivenErrorfiles,
  takeLimits,
  takeTimeouts,
  withRest,
} from "./service.ts"

interface ImportedPool {
  yaml: PoolYaml
  kept: readonly Kept[]
}

/** A backend that no service has for its own. */
export function poolOf(back: Half, around: Around): ImportedPool | Refusal {
  const { base, hosts } = around
  const halves = { front: back, back }
  const mode = back.peek("mode")
  const http = mode?.text === "mode http"
  const servers = back.all("server ")
  const asked = servers.some(isChecked) ? takeCheck(back, base) : {}
  const backends = servers.length === 0 ? { backends: "none" as const } : backendsOf(servers, asked, 0, hosts)
  if ("reason" in backends) return backends
  const balance = back.peek("balance")
  const way = balanceSchema.safeParse(balance?.text.slice("balance ".length))
  takeGivenErrorfiles(back, base)
  const yaml: PoolYaml = {
    ...((http ? "http" : "tcp") === base.mode ? {} : { mode: http ? "http" : "tcp" }),
    ...(way.success && way.data !== "roundrobin" ? { balance: way.data } : {}),
    ...backends,
    ...takeLimits(halves, base),
    ...takeOptions(halves, base, http, "back"),
    ...takeTimeouts(halves, base),
  }
  back.take([mode, ...servers, ...(way.success ? [balance] : [])])
  return withRest(yaml, serverWords(yaml, servers, back.proxy), halves, around)
}
