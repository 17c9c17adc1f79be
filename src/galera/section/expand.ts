import { sourceFrom } from "../../document/paths.ts"
import { texts } from "../../document/scalars-schema.ts"
import { secretSource } from "../../document/secret-schema.ts"
import type { GaleraDatabase, GaleraSettings } from "../../model/galera.ts"
import { hostsOf } from "../../model/inventory.ts"
import type { ExpandContext } from "../../model/section.ts"
import { OWN_NAMES, OWN_PROVIDER, OWN_SETTINGS, PLACES, settingName } from "../config/own-settings.ts"
import { reportCheckPort } from "./check-port.ts"
import type { GaleraYaml } from "./schema.ts"

/** The section with its defaults; what cannot work is told. */
export function expandGalera(yaml: GaleraYaml, context: ExpandContext): GaleraSettings {
  const { file, hosts } = context
  const method = yaml.sst?.method ?? "mariabackup"
  const password = yaml.sst?.password
  const galera: GaleraSettings = {
    on: yaml.on ?? "controllers",
    sst: { method, password: password === undefined ? undefined : sourceFrom(file, secretSource(password)) },
    check: checkOf(yaml),
    quorum: yaml.quorum,
    settings: Object.fromEntries(Object.entries(texts(yaml.settings)).map(([key, value]) => [settingName(key), value])),
    provider: texts(yaml.provider),
    databases: databasesOf(yaml, file),
  }
  reportMembers(galera, hostsOf({ hosts }, galera.on).length, context)
  reportOwn(yaml, context)
  reportUsers(galera, context)
  reportCheckPort(galera, context)
  if (method === "rsync" && password !== undefined) {
    context.notes.problem(
      ["galera", "sst", "password"],
      "rsync logs in as nobody: leave it out, or say method: mariabackup",
    )
  }
  return galera
}

function checkOf({ check, sst }: GaleraYaml): GaleraSettings["check"] {
  if (check === false) return undefined
  return { port: check?.port ?? 9200, donor: check?.donor ?? sst?.method !== "rsync" }
}

function databasesOf({ databases = {} }: GaleraYaml, file: string): readonly GaleraDatabase[] {
  return Object.entries(databases).map(([name, { user, password }]) => ({
    name,
    user: user ?? name,
    password: sourceFrom(file, secretSource(password)),
  }))
}

/** Two of them lose their majority with either. */
function reportMembers({ on, quorum }: GaleraSettings, count: number, { notes }: ExpandContext): void {
  if (count === 0) {
    notes.problem(["galera"], `the inventory has no ${on} to be members`, {
      unless: [
        [on, "*"],
        ["galera", "on"],
      ],
    })
  } else if (count === 2 && quorum === undefined) {
    const message =
      "two members have no majority without each other: say quorum: stop (both stop then) or quorum: first (the first goes on alone), or take a third"
    notes.problem(["galera"], message, {
      unless: [
        [on, "*"],
        ["galera", "on"],
        ["galera", "quorum"],
      ],
    })
  }
}

function reportOwn({ settings = {}, provider = {} }: GaleraYaml, { notes }: ExpandContext): void {
  for (const key of Object.keys(settings)) {
    const instead = OWN_SETTINGS.get(settingName(key))
    if (instead !== undefined)
      notes.problem(["galera", "settings", key], `haops writes it itself${instead}`, { at: "key" })
    if (PLACES.has(settingName(key)))
      notes.problem(["galera", "settings", key], "haops looks for it where Debian has it alone", { at: "key" })
  }
  for (const key of Object.keys(provider).filter((one) => OWN_PROVIDER.has(one))) {
    notes.problem(["galera", "provider", key], "haops writes it itself", { at: "key" })
  }
}

/** One user may have several databases, and has one password. */
function reportUsers({ databases }: GaleraSettings, { notes }: ExpandContext): void {
  for (const one of databases) {
    const own = [one.name, one.user].find((name) => OWN_NAMES.has(name))
    if (own !== undefined) {
      const message = `${own}: it is ${OWN_NAMES.get(own)}`
      notes.problem(["galera", "databases", one.name], message, { at: "key" })
    }
    const first = databases.find(({ user }) => user === one.user)
    if (first === undefined || sameSource(first, one)) continue
    const message = `the user ${one.user} has another password for ${first.name} (${notes.line(["galera", "databases", first.name])})`
    notes.problem(["galera", "databases", one.name, "password"], message)
  }
}

function sameSource({ password: one }: GaleraDatabase, { password: other }: GaleraDatabase): boolean {
  if (one.from === "literal" && other.from === "literal") return one.value.reveal() === other.value.reveal()
  return JSON.stringify(one) === JSON.stringify(other)
}
