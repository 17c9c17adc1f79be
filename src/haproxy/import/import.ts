import type { Secret } from "../../base/secret.ts"
import { effectiveProxies, type ProxySection } from "../config/effective.ts"
import { haproxyMeaning } from "../config/meaning.ts"
import { redactHaproxyConfig } from "../config/redact.ts"
import type { HaproxyYaml } from "../section/schema.ts"
import { sharedDefaults } from "./base.ts"
import { differences } from "./differences.ts"
import { globalOf } from "./global.ts"
import { boundAddresses, commonHosts, type Named } from "./hosts.ts"
import type { ImportNote, TakeNote } from "./notes.ts"
import { passwordNotes } from "./passwords.ts"
import { withPresets } from "./presets.ts"
import type { Around } from "./service.ts"
import { sortProxies } from "./sort.ts"
import { readSource } from "./source.ts"
import { tryOut } from "./trial.ts"

interface ImportRequest {
  /** The haproxy.cfg. */
  text: string
  /** VIPs by name. None: the addresses that it binds are taken for VIPs. */
  vips: readonly Named[]
  /** The inventory's hosts. None: the servers that most proxies share are taken for them. */
  hosts: readonly Named[]
}

export interface HaproxyImport {
  hosts: readonly Named[]
  vips: readonly Named[]
  /** As the inventory writes it. The password of the stats page is taken from `STATS_PASSWORD` of the environment. */
  haproxy: HaproxyYaml
  /** Password of the stats page, where there is one. */
  password: Secret | undefined
  notes: readonly ImportNote[]
}

/** The environment variable that an imported inventory takes the stats page's password from. */
export const STATS_PASSWORD = "HAOPS_STATS_PASSWORD"

/**
 * An existing haproxy.cfg as an inventory's haproxy section. What the inventory has no words for is kept in haproxy's own, and the
 * result is rendered and compared with the file: whatever differs is among the notes. Throws `E_INPUT` where haproxy could not
 * read the file either.
 */
export function importHaproxy(request: ImportRequest): HaproxyImport {
  const notes: ImportNote[] = []
  const note: TakeNote = (one) => void notes.push({ ...one, text: redactHaproxyConfig(one.text) })
  const config = readSource(
    request.text,
    request.vips.map(({ address }) => address),
    note,
  )
  const proxies = effectiveProxies(config)
  const global = globalOf(config, note)
  const hosts = request.hosts.length > 0 ? request.hosts : commonHosts(proxies)
  const vips = request.vips.length > 0 ? request.vips : guessVips(proxies, hosts)
  const base = sharedDefaults(proxies)
  for (const { directive } of base.raw)
    note({ kind: "kept", line: directive.line, section: "defaults", text: directive.text })
  const around: Around = { base, hosts, vips, logged: (global.log ?? []).length > 0 }
  const { stats, services, pools, raw } = sortProxies(config, proxies, around, note)
  const haproxy: HaproxyYaml = {
    ...(Object.keys(global).length === 0 ? {} : { global }),
    ...(Object.keys(base.yaml).length === 0 ? {} : { defaults: base.yaml }),
    ...(stats === undefined
      ? {}
      : {
          stats: { ...stats.yaml, password: stats.password === undefined ? (false as const) : { env: STATS_PASSWORD } },
        }),
    ...(services.length === 0 ? {} : { services: withPresets(services, { global, defaults: base.yaml }, around) }),
    ...(Object.keys(pools).length === 0 ? {} : { pools }),
    ...(raw.length === 0 ? {} : { raw }),
  }
  const trial = tryOut(haproxy, hosts, vips, stats?.password)
  for (const problem of trial.problems) note({ kind: "check", text: problem })
  notes.push(...passwordNotes(haproxy), ...differences(haproxyMeaning(config), trial.meaning))
  return { hosts, vips, haproxy, password: stats?.password, notes }
}

function guessVips(proxies: readonly ProxySection[], hosts: readonly Named[]): Named[] {
  return boundAddresses(proxies, hosts).map((address, index) => ({
    name: index === 0 ? "vip" : `vip${index + 1}`,
    address,
  }))
}
