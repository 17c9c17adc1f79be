import { secretSource } from "../../document/secret-schema.ts"
import {
  type Bind,
  type BindTls,
  CERTIFICATES,
  type HaproxyService,
  type HealthCheck,
  type HttpCheck,
  type Mode,
} from "../../model/haproxy.ts"
import { type Options, optionEntries, traits } from "../../model/haproxy-options.ts"
import { expandServers, hasNone } from "./expand-backends.ts"
import { type BaseSettings, namesLog } from "./expand-base.ts"
import { expandPlace } from "./expand-bind.ts"
import { checkSettings, type ServiceEntry, settingsAt } from "./expand-presets.ts"
import { expandAcls, expandRoutes } from "./expand-routes.ts"
import type { Expansion } from "./expansion.ts"
import type { ServiceYaml } from "./service-schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/** One service with its VIP, servers, options and check resolved. */
export function expandService(entry: ServiceEntry, base: BaseSettings, expansion: Expansion): HaproxyService {
  const { yaml, at } = entry
  const { address, on, vip } = expandPlace(yaml, at, expansion)
  const mode = yaml.mode ?? base.section.mode
  reportContradictions(entry, mode, expansion)
  const [raw, rawFrontend] = [rawLines(yaml.raw), rawLines(yaml.rawFrontend)]
  const logged = base.logged || namesLog([...raw, ...rawFrontend])
  const check = expandCheck(yaml)
  const options = inheritOptions(entry.options, base.inherited, mode)
  return {
    name: yaml.name,
    split: hasNone(yaml) ? undefined : expandSplit(entry, expansion),
    alone: expandAlone(yaml),
    on,
    vip,
    bind: expandBind(yaml, address),
    mode,
    balance: yaml.balance ?? base.balance,
    maxconn: yaml.maxconn,
    retries: yaml.retries,
    options: logged ? options : withoutLog(options),
    timeouts: yaml.timeouts ?? {},
    errorfiles: yaml.errorfiles ?? {},
    check,
    servers: expandServers(yaml, check, at("backends"), expansion),
    acls: expandAcls(yaml),
    routes: expandRoutes(entry, expansion),
    raw,
    rawFrontend,
  }
}

function expandSplit({ yaml: { name, split }, at }: ServiceEntry, { problem }: Expansion): HaproxyService["split"] {
  if (split === undefined || split === false) return undefined
  if (split === true) return { frontend: `${name}_frontend`, backend: `${name}_backend` }
  const { frontend, backend = `${name}_backend` } = split
  if (split.backend === undefined) problem(at("split"), "its servers are in a backend section: name that too")
  return { frontend, backend }
}

/** The only section of a service without servers of its own. To answer without any pool, it can be a `listen` as well. */
function expandAlone({ name, split, pool, backends }: ServiceYaml): HaproxyService["alone"] {
  if (!hasNone({ pool, backends }) || (pool === undefined && (split ?? false) === false)) return undefined
  const frontend = split === true ? `${name}_frontend` : split === undefined || split === false ? name : split.frontend
  return { frontend, backend: pool }
}

function expandBind({ name, port, tls, rawBind }: ServiceYaml, address: string): Bind {
  const place = typeof port === "number" ? { port } : { port: 0, variable: port }
  return { address, ...place, tls: tls && expandTls(name, tls), raw: rawBind }
}

function expandTls(name: string, { certificate, key, alpn = [] }: NonNullable<ServiceYaml["tls"]>): BindTls {
  if (typeof certificate === "string") return { certificate, alpn }
  const source = { certificate: secretSource(certificate), key: key && secretSource(key) }
  return { certificate: `${CERTIFICATES}/${name}.pem`, source, alpn }
}

/** Where servers are found alive. */
export function expandCheck(yaml: Pick<ServiceYaml, "check">): HealthCheck | undefined {
  const check = checkSettings(yaml.check)
  if (check === undefined) return undefined
  const { type = "tcp", tls = false, method, path, host, expect, ...others } = check
  return { ...others, type, tls, http: type === "http" ? expandHttp(check) : undefined }
}

function expandHttp(check: NonNullable<ReturnType<typeof checkSettings>>): HttpCheck {
  const { method, path, host, expect } = check
  return { method, path, host, expect: expect === undefined ? undefined : String(expect) }
}

/** The service's options over those of `defaults` that only a section can hold. One log format drives out the other. */
export function inheritOptions(own: Options, inherited: Options, mode: Mode): Options {
  const logs = own.tcplog === true || own.httplog === true
  const kept = optionEntries(inherited).filter(([name]) => {
    if (logs && (name === "tcplog" || name === "httplog")) return false
    return mode === "http" || traits(name).http !== true
  })
  return { ...Object.fromEntries(kept), ...own }
}

/** Haproxy warns of the form of a log that goes nowhere. */
function withoutLog({ tcplog, httplog, ...others }: Options): Options {
  return others
}

/** Settings that do not go together, each where it is. */
export function reportContradictions({ yaml, options, at }: ServiceEntry, mode: Mode, { problem }: Expansion): void {
  if (yaml.pool !== undefined && yaml.backends !== undefined)
    problem(at("pool"), "pool and backends exclude each other")
  for (const [name, value] of optionEntries(options)) {
    if (value !== false && mode === "tcp" && traits(name).http === true) {
      const unless = [...settingsAt(at("mode"), "mode"), ["haproxy", "defaults", "mode"]]
      problem(at("options"), `option ${name} needs mode: http`, { unless })
    }
  }
  if (yaml.rawFrontend !== undefined && (yaml.split ?? false) === false) {
    const unless = settingsAt(at("split"), "split")
    problem(at("rawFrontend"), "there is no frontend section to put rawFrontend in without split: true", { unless })
  }
  if (yaml.tls?.key !== undefined && typeof yaml.tls.certificate === "string") {
    problem(
      at("tls"),
      "a certificate that is on the node has its key in the same file: key is for one that haops puts there",
    )
  }
  const check = checkSettings(yaml.check)
  const unless = settingsAt(at("check"), "check").map((path) => [...path, "type"])
  const ofHttp = (["method", "path", "host", "expect"] as const).filter((key) => check?.[key] !== undefined)
  if (check?.type !== "http" && ofHttp.length > 0)
    problem(at("check"), `${ofHttp.join(", ")} needs type: http`, { unless })
  if (check?.type !== "mysql" && check?.type !== "pgsql" && check?.user !== undefined)
    problem(at("check"), "user needs type: mysql", { unless })
  if (check?.sequence === undefined) return
  if (check.type !== "tcp" && check.type !== "http")
    problem(at("check"), "sequence needs type: tcp or http", { unless })
  const twice = (["host", "expect"] as const).filter((key) => check[key] !== undefined)
  if (twice.length > 0) problem(at("check"), `${twice.join(", ")} and sequence exclude each other`)
}
