import type { Entry } from "../config/effective.ts"
import { parseWrittenEndpoint, type WrittenEndpoint } from "../config/endpoint.ts"
import { bindSettings, settingText } from "../config/line-words.ts"
import type { ConfigDirective } from "../config/parse.ts"
import type { ServiceYaml } from "../section/service-schema.ts"
import type { Half } from "./half.ts"
import type { Named } from "./hosts.ts"
import { isPlain } from "./plain.ts"
import { type Refusal, refusal } from "./refusal.ts"

type BindYaml = Pick<ServiceYaml, "port" | "vip" | "bind" | "tls" | "rawBind">

interface TakenBind {
  yaml: BindYaml
  directive: ConfigDirective
}

/** The first bind line that an inventory could have written, taken out of a proxy; further ones stay. */
export function takeBind(half: Half, vips: readonly Named[]): TakenBind | Refusal {
  for (const entry of half.all("bind ")) {
    const endpoint = endpointOf(entry)
    if (endpoint === undefined) continue
    half.take([entry])
    const yaml = { port: endpoint.port, ...placeOf(endpoint, vips), ...optionsOf(entry) }
    return { yaml, directive: entry.directive }
  }
  const [first] = half.all("bind ")
  if (first === undefined) return refusal("it has no bind line")
  return refusal(`${first.text.split(" ")[1]} is no single address and port`, first)
}

function endpointOf({ text, directive }: Entry): WrittenEndpoint | undefined {
  return isPlain(directive) ? parseWrittenEndpoint(text.split(" ")[1] ?? "") : undefined
}

/** The only VIP needs no name. */
export function placeOf({ address }: WrittenEndpoint, vips: readonly Named[]): Pick<ServiceYaml, "vip" | "bind"> {
  const vip = vips.find((candidate) => candidate.address === address)
  if (vip === undefined) return { bind: address }
  return vips.length === 1 ? {} : { vip: vip.name }
}

/** One certificate and the protocols have words of their own. */
function optionsOf({ directive }: Entry): Pick<ServiceYaml, "tls" | "rawBind"> {
  const settings = bindSettings(directive.words.slice(2))
  const [certificate, ...others] = settings.filter(([name]) => name === "crt")
  const path = certificate?.[1]
  const ends = settings.some(([name]) => name === "ssl") && path !== undefined && others.length === 0
  const alpn = settings.find(([name]) => name === "alpn")?.[1]?.split(",")
  const left = settings.filter(([name]) => !(ends && ["ssl", "crt", "alpn"].includes(name)))
  const raw = left.map((setting) => settingText(setting)).join(" ")
  return {
    ...(ends ? { tls: { certificate: path, ...(alpn === undefined ? {} : { alpn }) } } : {}),
    ...(raw === "" ? {} : { rawBind: raw }),
  }
}
