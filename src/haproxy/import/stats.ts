import { Secret } from "../../base/secret.ts"
import { OPTION_NAMES } from "../../model/haproxy-options.ts"
import type { Entry, ProxySection } from "../config/effective.ts"
import { parseHaproxyEndpoint } from "../config/endpoint.ts"
import { bindSettings, settingText } from "../config/line-words.ts"
import { withUnit } from "../config/time.ts"
import type { StatsYaml } from "../section/schema.ts"
import { Half } from "./half.ts"
import { isPlain } from "./plain.ts"
import type { Around, Kept } from "./service.ts"

export interface ImportedStats {
  yaml: Omit<StatsYaml, "password">
  /** Undefined: nobody is asked for one. */
  password: Secret | undefined
  /** What it keeps in haproxy's own words. */
  kept: readonly Kept[]
}

/** Whether a proxy does nothing but show the statistics. */
export function isStats({ kind, entries }: ProxySection): boolean {
  const leads = entries.some(({ text }) => /^(server|server-template|default_backend|use_backend) /.test(text))
  return kind !== "backend" && !leads && entries.some(({ key }) => key.startsWith("stats "))
}

/** A stats page as an inventory has it. Undefined where it has none like it, such as one on several addresses. */
export function statsOf(proxy: ProxySection, around: Around): ImportedStats | undefined {
  const { base, vips, logged } = around
  const half = new Half(proxy)
  const [bind, ...more] = half.all("bind ")
  const endpoint = parseHaproxyEndpoint(bind?.text.split(" ")[1] ?? "")
  const vip = vips.find(({ address }) => address === endpoint?.address)
  const mode = half.peek("mode")
  const [auth] = half.all("stats auth ")
  const [, user, password] = /^([^\s:]+):(.+)$/s.exec(auth?.directive.words[2] ?? "") ?? []
  if (bind === undefined || endpoint === undefined || !isPlain(bind.directive)) return undefined
  if (more.length > 0 || mode?.text !== "mode http") return undefined
  if (auth !== undefined && password === undefined) return undefined
  const words = bindSettings(bind.directive.words.slice(2))
    .map((setting) => settingText(setting))
    .join(" ")
  const uri = half.peek("stats uri")
  const realm = half.peek("stats realm")
  const refresh = half.peek("stats refresh")
  const every = refresh === undefined ? undefined : withUnit(refresh.directive.words[2] ?? "")
  const admin = password === undefined ? [] : half.all("stats admin if TRUE")
  half.take([bind, mode, auth, uri, realm, every === undefined ? undefined : refresh, ...admin, ...always(half)])
  const logs = proxy.entries.some(({ key }) => key.startsWith("log "))
  half.take(half.plain().filter((entry) => isGiven(entry, around, logs)))
  const rest = half.rest(base, logged)
  const lines = [...lostOptions(proxy, around), ...rest.lines]
  return {
    yaml: {
      ...set("name", proxy.name, "stats"),
      ...(proxy.kind === "frontend" ? { frontend: true } : {}),
      ...(endpoint.port === 1080 ? {} : { port: endpoint.port }),
      ...(vip === undefined ? set("bind", endpoint.address, "*") : { vip: vip.name }),
      ...set("uri", uri?.directive.words[2] ?? "/haproxy?stats", "/"),
      ...set("realm", realm?.directive.words[2] ?? "HAProxy Statistics", "Haproxy"),
      ...set("user", user, "admin"),
      ...set("rawBind", words, ""),
      ...(refresh === undefined ? { refresh: false as const } : set("refresh", every, "30s")),
      ...(admin.length > 0 ? { admin: true } : {}),
      ...(lines.length === 0 ? {} : { raw: lines }),
    },
    password: password === undefined ? undefined : new Secret(password),
    kept: [
      ...(words === "" ? [] : [{ line: bind.directive.line, text: bind.directive.text, in: proxy }]),
      ...rest.own.map(({ line, text }) => ({ line, text, in: proxy })),
    ],
  }
}

/** What haops writes on every stats page. */
function always(half: Half): (Entry | undefined)[] {
  const keys = ["stats enable", "stats show-node", "stats show-legends", "stats hide-version"]
  return keys.map((key) => half.peek(key))
}

/** What the inventory's `defaults` says as well, or haproxy does by itself. */
function isGiven({ text, key, inherited, directive }: Entry, { base, logged }: Around, logs: boolean): boolean {
  if (text === "log global") return logged
  // The form of a log that goes nowhere.
  if (key === "option log" && !logs) return true
  return base.texts.has(text) || (inherited && directive.line === 0)
}

/** Options of the inventory's `defaults` that the page does not have. */
function lostOptions({ entries }: ProxySection, { base }: Around): string[] {
  const names = OPTION_NAMES.filter((name) => base.texts.has(`option ${name}`))
  return names
    .filter((name) => !entries.some(({ text }) => text === `option ${name}`))
    .map((name) => `no option ${name}`)
}

function set<Key extends string>(key: Key, value: string | undefined, usual: string): { [K in Key]?: string } {
  return value === undefined || value === usual ? {} : ({ [key]: value } as { [K in Key]: string })
}
