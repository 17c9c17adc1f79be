import type { Entry, ProxySection } from "../config/effective.ts"
import { serverSettings } from "../config/line-words.ts"
import type { ConfigDirective } from "../config/parse.ts"
import { TIMEOUT_SIDES } from "../config/tuning.ts"
import { balanceSchema, type ServiceYaml } from "../section/service-schema.ts"
import type { Base } from "./base.ts"
import { takeBind } from "./bind.ts"
import { takeCheck } from "./check.ts"
import type { Half } from "./half.ts"
import type { Named } from "./hosts.ts"
import { takeOptions } from "./options.ts"
import { type Refusal, refusal } from "./refusal.ts"
import { takeRoutes } from "./routes.ts"
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

/** What is there in haproxy's own words, and where it was. */
export interface Kept {
  line: number
  text: string
  in: ProxySection
}

export interface ImportedService {
  yaml: ServiceYaml
  kept: readonly Kept[]
}

/**
 * A proxy's two halves as a service; one and the same half for a `listen`. Where an inventory has no service like it: why, and the line
 * that says so.
 */
export function serviceOf(name: string, halves: Halves, around: Around): ImportedService | Refusal {
  const { front, back } = halves
  const { base } = around
  const mode = front.peek("mode")
  const bind = takeBind(front, around.vips)
  if ("reason" in bind) return bind
  if (mode?.text !== back.peek("mode")?.text) return otherModes(halves)
  const http = mode?.text === "mode http"
  const servers = back.all("server ")
  const asked = servers.some(isChecked) ? takeCheck(back, base) : {}
  const none = servers.length === 0 && front === back
  const backends = none ? { backends: "none" as const } : backendsOf(servers, asked, bind.yaml.port, around.hosts)
  if ("reason" in backends) return backends
  const late = defaultAfterServers(back)
  if (late !== undefined) return late
  const balance = back.peek("balance")
  const way = balanceSchema.safeParse(balance?.text.slice("balance ".length))
  const yaml: ServiceYaml = {
    name,
    ...bind.yaml,
    ...((http ? "http" : "tcp") === base.mode ? {} : { mode: http ? "http" : "tcp" }),
    ...(way.success && way.data !== "roundrobin" ? { balance: way.data } : {}),
    ...splitOf(name, halves),
    ...backends,
    ...takeLimits(halves, base),
    ...takeOptions(halves, base, http),
    ...takeTimeouts(halves, base),
    ...takeErrorfiles(halves, base),
    ...takeRoutes(front, base),
  }
  front.take([mode, ...(front === back ? [] : [front.peek("default_backend")])])
  back.take([back.peek("mode"), ...servers, ...(way.success ? [balance] : [])])
  const words = [...bindWords(yaml, bind.directive, front.proxy), ...serverWords(yaml, servers, back.proxy)]
  return withRest(yaml, words, halves, around)
}

interface Halves {
  front: Half
  back: Half
}

/** What is asked of nobody stays in haproxy's words. */
export function isChecked({ directive }: Entry): boolean {
  return serverSettings(directive.words.slice(3)).some(([name]) => name === "check")
}

export function bindWords({ rawBind }: ServiceYaml, { line, words }: ConfigDirective, proxy: ProxySection): Kept[] {
  return rawBind === undefined ? [] : [{ line, text: `bind ${words[1]} … ${rawBind}`, in: proxy }]
}

export function serverWords(
  { rawServer, backends }: Pick<ServiceYaml, "rawServer" | "backends">,
  servers: readonly Entry[],
  proxy: ProxySection,
): Kept[] {
  const own = typeof backends === "object" && !Array.isArray(backends) ? backends : {}
  return servers.flatMap(({ directive: { line, words } }) => {
    const name = words[1] ?? ""
    const backend = own[name]
    const raw = rawServer ?? (typeof backend === "object" ? backend.raw : undefined)
    return raw === undefined ? [] : [{ line, text: `server ${name} … ${raw}`, in: proxy }]
  })
}

/** With what is left of the halves in haproxy's own words. */
export function withRest<Yaml>(
  yaml: Yaml,
  words: readonly Kept[],
  { front, back }: Halves,
  { base, logged }: Around,
): { yaml: Yaml; kept: readonly Kept[] } {
  const raw = back.rest(base, logged)
  const rawFront = front === back ? { lines: [], own: [] } : front.rest(base, logged)
  return {
    yaml: {
      ...yaml,
      ...(raw.lines.length === 0 ? {} : { raw: raw.lines }),
      ...(rawFront.lines.length === 0 ? {} : { rawFrontend: rawFront.lines }),
    },
    kept: [
      ...rawFront.own.map(({ line, text }) => ({ line, text, in: front.proxy })),
      ...words,
      ...raw.own.map(({ line, text }) => ({ line, text, in: back.proxy })),
    ],
  }
}

/** A default for the servers that follow it only. */
function defaultAfterServers(back: Half): Refusal | undefined {
  const ordered = back.proxy.entries.filter((entry) => entry.ordered)
  const last = ordered.findLastIndex(({ text }) => text.startsWith("default-server "))
  if (last === -1 || last < ordered.findIndex(({ text }) => text.startsWith("server "))) return undefined
  return refusal("default-server stands after servers that it is not for", ordered[last])
}

function otherModes({ front, back }: Halves): Refusal {
  const [own, other] = [front, back].map((half) => half.proxy.entries.find(({ key }) => key === "mode"))
  return refusal(`its frontend says ${own?.text ?? "no mode"}, its backend ${other?.text ?? "no mode"}`, own, other)
}

function splitOf(name: string, { front, back }: Halves): Pick<ServiceYaml, "split"> {
  if (front === back) return {}
  const [frontend, backend] = [front.proxy.name, back.proxy.name]
  const usual = frontend === `${name}_frontend` && backend === `${name}_backend`
  return { split: usual ? true : { frontend, backend } }
}

export function takeLimits({ front, back }: Halves, base: Base): Pick<ServiceYaml, "maxconn" | "retries"> {
  const [limit, tries] = [front.peek("maxconn"), back.peek("retries")]
  const [maxconn, retries] = [numberOf(limit), numberOf(tries)]
  front.take([maxconn === undefined ? undefined : limit])
  back.take([retries === undefined ? undefined : tries])
  return {
    ...(maxconn === undefined || maxconn === base.maxconn ? {} : { maxconn }),
    ...(retries === undefined || retries === base.retries ? {} : { retries }),
  }
}

export function takeTimeouts({ front, back }: Halves, base: Base): Pick<ServiceYaml, "timeouts"> {
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

/** Those that a backend alone has stay in haproxy's words. */
export function takeErrorfiles({ front, back }: Halves, base: Base): Pick<ServiceYaml, "errorfiles"> {
  const files = front.plain().flatMap((entry) => {
    const file = errorfileOf(entry)
    if (file === undefined) return []
    front.take([entry])
    return base.errorfiles[file[0]] === file[1] ? [] : [file]
  })
  takeGivenErrorfiles(back, base)
  return files.length === 0 ? {} : { errorfiles: Object.fromEntries(files) }
}

/** What `defaults` says of a backend as well. */
export function takeGivenErrorfiles(back: Half, base: Base): void {
  back.take(
    back.plain().filter((entry) => {
      const file = errorfileOf(entry)
      return file !== undefined && base.errorfiles[file[0]] === file[1]
    }),
  )
}
