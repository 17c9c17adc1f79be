import type { LineSetting } from "../config/line-words.ts"
import { withUnit } from "../config/time.ts"
import { type ServerYaml, serverShape, TLS_VALUED, VALUED } from "../section/server-schema.ts"

/** Takes what an inventory has words for out of a server line's settings. */
export function takeServerWords(settings: Map<string, LineSetting>): ServerYaml {
  const found: Record<string, unknown> = {}
  for (const [key, word] of Object.entries(VALUED)) {
    const written = settings.get(word)?.[1]
    const value = key === "slowstart" ? withUnit(written ?? "") : written
    if (key === "verify" && settings.has("ssl")) continue
    if (value === undefined || !serverShape[key as keyof typeof VALUED].safeParse(value).success) continue
    settings.delete(word)
    found[key] = value
  }
  const proxied = ["send-proxy", "send-proxy-v2"].filter((word) => settings.has(word))
  if (proxied.length === 1 && settings.delete(proxied[0]!)) found.sendProxy = proxied[0] === "send-proxy" ? "v1" : "v2"
  if (settings.delete("ssl")) found.tls = takeTls(settings)
  if (settings.delete("disabled")) found.disabled = true
  return found
}

function takeTls(settings: Map<string, LineSetting>): ServerYaml["tls"] {
  const words = Object.entries(TLS_VALUED).flatMap(([key, word]) => {
    const value = settings.get(word)?.[1]
    if (value === undefined || /\s/.test(value)) return []
    settings.delete(word)
    return [[key, value]]
  })
  const tls = Object.fromEntries(words)
  return words.length === 0 ? true : tls
}
