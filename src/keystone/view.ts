import { count, listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import { type Block, heading, type Tone } from "../model/screen.ts"
import { hostsWith, settingsOf } from "../model/section.ts"
import type { Assessed, Look, Observed, Seen, View } from "../model/view.ts"
import { identityUrls } from "./bind.ts"
import { endpointWords, foreignEndpoints, isAt, wrongEndpoints } from "./catalogue.ts"
import { digestOf } from "./keys.ts"
import { KEYSTONE, type KeystoneSettings } from "./settings.ts"
import { type DatabaseState, KEYSTONE_ANSWER } from "./state.ts"
import { keystoneCatalogue } from "./steps/keystone-catalogue.ts"
import { keystoneConfig } from "./steps/keystone-config.ts"
import { keystoneDatabase } from "./steps/keystone-database.ts"
import { keystoneKeys } from "./steps/keystone-keys.ts"
import { keystoneKeysCopy } from "./steps/keystone-keys-copy.ts"
import { keystoneStart } from "./steps/keystone-start.ts"
import { answerScript } from "./wait.ts"

interface HostStatus {
  host: string
  state: "listens" | "silent" | "stopped" | "unknown"
  /** How many Fernet keys, and what all hosts should have the same of. */
  keys: number
  digest: string
}

interface KeystonePicture {
  keystone?: { hosts: readonly HostStatus[]; elsewhere: readonly string[] }
}

/** Whether Keystone itself answers, asked by verify alone: its processes listen before they have loaded it. */
const ANSWERS: Observed<boolean> = {
  name: "keystone-answers",
  script({ inventory, host, deep }) {
    const settings = settingsOf(inventory, KEYSTONE)
    if (!deep || settings?.on !== host.group) return undefined
    return `if ${answerScript(host.address, 30)}; then echo yes; fi`
  },
  parse: (text) => text === "yes",
}

const JUDGED = [keystoneConfig, keystoneKeys, keystoneKeysCopy, keystoneDatabase, keystoneStart, keystoneCatalogue]

export const view: View = {
  observes: [ANSWERS],
  picture,
  lines: ({ keystone }: KeystonePicture) => (keystone === undefined ? [] : blocks(keystone)),
  checks: (seen) => {
    const settings = settingsOf(seen.look.inventory, KEYSTONE)
    return settings === undefined ? [] : [answering(seen), sameKeys(seen), catalogued(seen, settings)]
  },
  judges: JUDGED,
}

function picture(look: Look): KeystonePicture {
  const settings = settingsOf(look.inventory, KEYSTONE)
  if (settings === undefined) return {}
  const hosts = hostsWith(look.inventory, KEYSTONE).map(({ name: host }): HostStatus => {
    const have = look.answer(KEYSTONE_ANSWER, host)
    if (have === undefined) return { host, state: "unknown", keys: 0, digest: "" }
    const running = have.listens ? "listens" : "silent"
    const state = have.unit.active === "active" ? running : "stopped"
    return { host, state, keys: have.keys.size, digest: digestOf(have.keys) }
  })
  return { keystone: { hosts, elsewhere: elsewhere(databaseOf(look), settings) } }
}

/** As any of them has it: they are one cluster. */
function databaseOf(look: Look): DatabaseState | undefined {
  return hostsWith(look.inventory, KEYSTONE)
    .map(({ name }) => look.answer(KEYSTONE_ANSWER, name)?.database)
    .find((one) => one !== undefined)
}

/** Endpoints of the region at no VIP of the inventory, whoever made them. */
function elsewhere(database: DatabaseState | undefined, { region, vips }: KeystoneSettings): readonly string[] {
  const away = (database?.endpoints ?? []).filter((one) => one.region === region && one.enabled && !isAt(one, vips))
  return away.map((one) => endpointWords(one, region))
}

const TONES: Readonly<Record<HostStatus["state"], Tone>> = {
  listens: "green",
  silent: "red",
  stopped: "red",
  unknown: "yellow",
}

function blocks({ hosts, elsewhere }: NonNullable<KeystonePicture["keystone"]>): readonly Block[] {
  const known = new Set(hosts.flatMap(({ state, digest }) => (state === "unknown" ? [] : [digest])))
  const rows = hosts.map(({ host, state, keys, digest }) => [
    host,
    { text: state, tone: TONES[state] },
    state === "unknown" ? "" : String(keys),
    { text: digest, tone: known.size > 1 || digest === "none" ? ("red" as const) : undefined },
  ])
  return [
    { rows: [heading("keystone on", "state", "keys", "digest"), ...rows] },
    ...elsewhere.map((words): Block => ({ text: `at no VIP: ${words}`, tone: "yellow", first: "  ", rest: "    " })),
  ]
}

function answering({ look, assessed }: Seen): Check {
  const silent = hostsWith(look.inventory, KEYSTONE).flatMap(({ name }) => {
    const have = look.answer(KEYSTONE_ANSWER, name)
    if (have === undefined) return [`${name}: could not be asked`]
    if (have.unit.active !== "active") return [`${name}: Keystone does not run`]
    return look.observed(ANSWERS, name) === true ? [] : [`${name}: Keystone runs and does not answer`]
  })
  const mine = [keystoneConfig, keystoneDatabase, keystoneStart].flatMap((step) => assessed(step))
  const fails = [...silent, ...mine.flatMap(obstacles)]
  const warnings = mine.flatMap(differences)
  const hosts = hostsWith(look.inventory, KEYSTONE).map(({ name, address }) => `${name} on ${address}`)
  return check("keystone", "Keystone answers on every one of its hosts", hosts, { fails, warnings })
}

function sameKeys({ look, assessed }: Seen): Check {
  const hosts = hostsWith(look.inventory, KEYSTONE)
  const answers = hosts.map(({ name }) => ({ name, keys: look.answer(KEYSTONE_ANSWER, name)?.keys }))
  const digests = new Set(answers.flatMap(({ keys }) => (keys === undefined ? [] : [digestOf(keys)])))
  const each = answers.map(({ name, keys }) => `${name}: ${keys === undefined ? "could not be asked" : digestOf(keys)}`)
  const refused = [keystoneKeys, keystoneKeysCopy].flatMap((step) => assessed(step).flatMap(obstacles))
  const same = digests.size === 1 && !digests.has("none") && answers.every(({ keys }) => keys !== undefined)
  const evidence = `${count(answers[0]?.keys?.size ?? 0, "key")}, digest ${[...digests].join(", ")}`
  const fails = [...(same ? [] : each), ...refused]
  return check("keystone-keys", "Keystone's Fernet keys are the same on all hosts", [evidence], { fails })
}

function catalogued({ look, assessed }: Seen, settings: KeystoneSettings): Check {
  const title = "Keystone's endpoints are at the VIP"
  const { region, urls } = settings
  const services = [{ type: "identity", name: "keystone", urls: identityUrls(urls) }, ...settings.services]
  const database = databaseOf(look)
  const refused = assessed(keystoneCatalogue).flatMap(obstacles)
  if (database === undefined) {
    return check("keystone-catalogue", title, [], { fails: [...refused, "no database could be asked"] })
  }
  const wrong = wrongEndpoints(services, region, database).map(
    ({ type, interface: one, have, url }) => `${one} endpoint of ${type}: ${have?.url ?? "absent"}, wanted ${url}`,
  )
  const fails = [...refused, ...wrong]
  const others = foreignEndpoints(services, region, database)
  const away = elsewhere(database, settings)
  const left = listing(
    others.map((one) => endpointWords(one, region)),
    9,
  )
  const evidence = [
    `${listing(services.map(({ type }) => type))} in ${region}`,
    ...(others.length === 0 ? [] : [`not of the inventory, and left alone: ${left}`]),
  ]
  const warnings = fails.length > 0 ? [] : away.map((words) => `at no VIP: ${words}`)
  return check("keystone-catalogue", title, evidence, { fails, warnings })
}

function differences({ host, drift }: Assessed): string[] {
  return drift.map(({ attribute, have, want }) => `${host}: ${attribute}: ${have}, wanted ${want}`)
}
