import { count, listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import { GALERA } from "../model/galera.ts"
import { hostsOf } from "../model/inventory.ts"
import { type Block, heading, type Tone } from "../model/screen.ts"
import { settingsOf } from "../model/section.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { GALERA_STATE } from "./cluster.ts"
import { type Phase, phaseOf } from "./decide.ts"
import type { GaleraState } from "./node/state.ts"
import { steps } from "./steps/index.ts"
import { writerAt } from "./writer.ts"

interface MemberStatus {
  host: string
  /** Undefined where it could not be asked. */
  state?: Phase | undefined
  /** Members of its component, as it sees them. */
  size?: number | undefined
  /** Its last transaction. */
  seqno?: string | undefined
  /** A new client comes to it. */
  writer: boolean
}

interface GaleraPicture {
  galera?: { members: readonly MemberStatus[] }
}

export const view: View = {
  picture,
  lines: ({ galera }: GaleraPicture) => (galera === undefined ? [] : blocks(galera.members)),
  checks,
  judges: steps,
}

function picture(look: Look): GaleraPicture {
  const settings = settingsOf(look.inventory, GALERA)
  if (settings === undefined) return {}
  const writer = writerAt(look)
  const members = hostsOf(look.inventory, settings.on).map(({ name: host }): MemberStatus => {
    const have = look.answer(GALERA_STATE, host)
    const size = Number(have?.status?.cluster_size)
    return {
      host,
      state: have && phaseOf(have),
      ...(Number.isNaN(size) ? {} : { size }),
      seqno: have?.status?.last_committed ?? have?.position?.split(":")[1],
      writer: host === writer,
    }
  })
  return { galera: { members } }
}

function answers(look: Look) {
  return look.live.flatMap(({ host: { name: host }, facts }) => {
    const have = look.answer(GALERA_STATE, host)
    return have === undefined ? [] : [{ host, have, facts }]
  })
}

const TONES: Partial<Record<Phase, Tone>> = { synced: "green", primary: "yellow", transfer: "yellow" }

function blocks(members: readonly MemberStatus[]): readonly Block[] {
  const rows = members.map(({ host, state, size, seqno, writer }) => [
    host,
    { text: state ?? "not asked", tone: state === undefined ? ("dim" as const) : (TONES[state] ?? ("red" as const)) },
    size === undefined ? "" : String(size),
    seqno ?? "",
    writer ? "writer" : "",
  ])
  return [{ rows: [heading("galera", "state", "size", "seqno", ""), ...rows] }]
}

function checks({ look, assessed }: Seen): readonly Check[] {
  const settings = settingsOf(look.inventory, GALERA)
  if (settings === undefined) return []
  const hosts = hostsOf(look.inventory, settings.on).map(({ name }) => name)
  const seen = answers(look)
  const wrong = hosts.flatMap((host) => wrongWith(host, look.answer(GALERA_STATE, host), hosts.length))
  const uuids = new Set(seen.flatMap(({ have }) => have.status?.cluster_state_uuid ?? []))
  const findings = steps.flatMap((step) =>
    assessed(step).flatMap(({ host, findings, error }) => [
      ...(error === undefined ? [] : [`${host}: ${error.message}`]),
      ...findings.map(({ message }) => message),
    ]),
  )
  const drift = steps.flatMap((step) =>
    assessed(step).flatMap(({ host, drift }) =>
      drift.map(({ attribute, have, want }) => `${host}: ${attribute} is ${have}, wanted ${want}`),
    ),
  )
  const fails = [
    ...wrong,
    ...(uuids.size > 1 ? [`there are ${uuids.size} clusters: ${[...uuids].join(", ")}`] : []),
    ...new Set(findings),
  ]
  const title = `${count(hosts.length, "member")} of galera Synced, in one cluster`
  return [
    check("galera", title, [evidence(look, seen, settings.databases)], {
      fails,
      warnings: wrong.length > 0 ? [] : drift,
    }),
  ]
}

function wrongWith(host: string, have: GaleraState | undefined, of: number): string[] {
  if (have === undefined) return [`${host} could not be asked`]
  const phase = phaseOf(have)
  if (phase !== "synced") return [`${host} is ${phase}`]
  const size = Number(have.status?.cluster_size)
  return size === of ? [] : [`${host} sees ${size} of ${count(of, "member")}`]
}

/** What no inventory names is told, and left alone. */
function evidence(look: Look, seen: ReturnType<typeof answers>, databases: readonly { name: string }[]): string {
  const last = seen.map(({ have }) => Number(have.status?.last_committed ?? 0))
  const names = new Set(seen.flatMap(({ have }) => have.schemas.map((one) => one.split(" ", 1)[0]!)))
  const others = [...names].filter((name) => !databases.some((one) => one.name === name))
  const foreign = others.length === 0 ? "" : `; not of the inventory, and left alone: ${listing(others)}`
  return `writer ${writerAt(look)}, last transaction ${Math.max(...last)}${foreign}`
}
