import { balanceSchema, type ServiceYaml } from "../inventory/haproxy-service-schema.ts"
import type { ProxySection } from "../render/haproxy-effective.ts"
import type { ConfigDirective } from "../render/haproxy-parse.ts"
import { TIMEOUT_SIDES } from "../render/haproxy-tuning.ts"
import type { Base } from "./base.ts"
import { takeBind } from "./bind.ts"
import { takeCheck } from "./check.ts"
import type { Half } from "./half.ts"
import type { Named } from "./hosts.ts"
import { takeOptions } from "./options.ts"
import { backendsOf } from "./servers.ts"
import { errorfileOf, numberOf, timeoutOf } from "./settings.ts"

/** What services are written over. */
export interface Around {
  base: Base
  hosts: readonly Named[]
  vips: readonly Named[]
  /** There is a target that `log global` means. */
  logged: boolean
}

export interface ImportedService {
  yaml: ServiceYaml
  /** What is there in haproxy's own words, and in which section it was. */
  kept: readonly { directive: ConfigDirective; in: ProxySection }[]
}

/** A proxy's two halves as a service; one and the same half for a `listen`. Undefined where an inventory has no service like it. */
export function serviceOf(name: string, halves: Halves, around: Around): ImportedService | undefined {
  const { front, back } = halves
  const { base } = around
  const mode = front.peek("mode")
  const place = takeBind(front, around.vips)
  if (place === undefined || mode?.text !== back.peek("mode")?.text) return undefined
  const http = mode?.text === "mode http"
  const asked = takeCheck(back, base)
  const servers = back.all("server ")
  const backends = backendsOf(servers, asked, place.port, around.hosts)
  if (backends === undefined || defaultsAfterServers(back)) return undefined
  const balance = back.peek("balance")
  const way = balanceSchema.safeParse(balance?.text.slice("balance ".length))
  const yaml: ServiceYaml = {
    name,
    ...place,
    ...((http ? "http" : "tcp") === base.mode ? {} : { mode: http ? "http" : "tcp" }),
    ...(way.success && way.data !== "roundrobin" ? { balance: way.data } : {}),
    ...splitOf(name, halves),
    ...backends,
    ...takeLimits(halves, base),
    ...takeOptions(halves, base, http),
    ...takeTimeouts(halves, base),
    ...takeErrorfiles(front, base),
  }
  front.take([mode, ...(front === back ? [] : [front.peek("default_backend")])])
  back.take([back.peek("mode"), ...servers, ...(way.success ? [balance] : [])])
  return withRest(yaml, halves, around)
}

export interface Halves {
  front: Half
  back: Half
}

function withRest(yaml: ServiceYaml, { front, back }: Halves, { base, logged }: Around): ImportedService {
  const raw = back.rest(base, logged)
  const rawFront = front === back ? { lines: [], own: [] } : front.rest(base, logged)
  return {
    yaml: {
      ...yaml,
      ...(raw.lines.length === 0 ? {} : { raw: raw.lines }),
      ...(rawFront.lines.length === 0 ? {} : { rawFrontend: rawFront.lines }),
    },
    kept: [
      ...rawFront.own.map((directive) => ({ directive, in: front.proxy })),
      ...raw.own.map((directive) => ({ directive, in: back.proxy })),
    ],
  }
}

/** A default for the servers that follow it only. */
function defaultsAfterServers(back: Half): boolean {
  const kinds = back.proxy.entries.filter(({ ordered }) => ordered).map(({ text }) => text.split(" ")[0])
  return kinds.lastIndexOf("default-server") > kinds.indexOf("server")
}

function splitOf(name: string, { front, back }: Halves): Pick<ServiceYaml, "split"> {
  if (front === back) return {}
  const [frontend, backend] = [front.proxy.name, back.proxy.name]
  const usual = frontend === `${name}_frontend` && backend === `${name}_backend`
  return { split: usual ? true : { frontend, backend } }
}

function takeLimits({ front, back }: Halves, base: Base): Pick<ServiceYaml, "maxconn" | "retries"> {
  const [limit, tries] = [front.peek("maxconn"), back.peek("retries")]
  const [maxconn, retries] = [numberOf(limit), numberOf(tries)]
  front.take([maxconn === undefined ? undefined : limit])
  back.take([retries === undefined ? undefined : tries])
  return {
    ...(maxconn === undefined || maxconn === base.maxconn ? {} : { maxconn }),
    ...(retries === undefined || retries === base.retries ? {} : { retries }),
  }
}

function takeTimeouts({ front, back }: Halves, base: Base): Pick<ServiceYaml, "timeouts"> {
  const timeouts: Record<string, string> = {}
  for (const half of [front, back]) {
    for (const entry of half.plain()) {
      const timeout = timeoutOf(entry)
      if (timeout === undefined || (half === back && front !== back && TIMEOUT_SIDES[timeout.name] === "front"))
        continue
      half.take([entry])
      if (base.timeouts[timeout.name] !== timeout.ms) timeouts[timeout.name] = timeout.value
    }
  }
  return Object.keys(timeouts).length === 0 ? {} : { timeouts }
}

/** Those of a backend alone stay in haproxy's words. */
function takeErrorfiles(front: Half, base: Base): Pick<ServiceYaml, "errorfiles"> {
  const files = front.plain().flatMap((entry) => {
    const file = errorfileOf(entry)
    if (file === undefined) return []
    front.take([entry])
    return base.errorfiles[file[0]] === file[1] ? [] : [file]
  })
  return files.length === 0 ? {} : { errorfiles: Object.fromEntries(files) }
}
