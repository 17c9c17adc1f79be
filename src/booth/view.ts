import { driftSentence } from "../base/drift-words.ts"
import { listing, saidOnce } from "../base/words.ts"
import { memberNames, shownByMembers } from "../membership/view/members.ts"
import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import { type Block, heading } from "../model/screen.ts"
import { settingsOf } from "../model/section.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { BOOTH, type BoothSettings, type BoothTicket, isManual, roleOn } from "./settings.ts"
import { BOOTH_ANSWER } from "./state.ts"
import { booth } from "./steps/booth.ts"
import { boothConfig } from "./steps/booth-config.ts"
import { memberNumber, TICKETS, type TicketState } from "./tickets.ts"

interface TicketPicture {
  name: string
  /** This site has it, by its own cluster's word. */
  granted: boolean
  standby: boolean
  /** Address of the site that has it; `unknown` where it is none of `booth.sites`, `null` where nobody has. */
  holder: string | null
  /** When it ends unless it is renewed, in ISO 8601; `null` where it never does. */
  expires: string | null
}

interface BoothPicture {
  booth?: {
    /** Address of this site. */
    site: string | undefined
    /** Hosts on which boothd runs: the site's one, and arbitrators of the inventory. */
    running: readonly string[]
    /** Those of them that could not be asked. */
    unknown: readonly string[]
    /** Undefined where no node of the cluster could tell. */
    tickets?: readonly TicketPicture[] | undefined
  }
}

export const view: View = {
  observes: [TICKETS],
  picture: pictureOf,
  lines: ({ booth }: BoothPicture) => (booth === undefined ? [] : blocks(booth)),
  checks: (seen) => {
    const settings = settingsOf(seen.look.inventory, BOOTH)
    return settings === undefined ? [] : [checkOf(settings, seen)]
  },
  judges: [boothConfig, booth],
}

function pictureOf(look: Look): BoothPicture {
  const { inventory } = look
  const settings = settingsOf(inventory, BOOTH)
  if (settings === undefined) return {}
  const known = shownByMembers(look, TICKETS)[0]?.value
  const hosts = inventory.hosts.filter((host) => roleOn(inventory, host) !== undefined).map(({ name }) => name)
  const memory = (host: string) => look.answer(BOOTH_ANSWER, host)?.memory
  return {
    booth: {
      site: siteOf(look, settings),
      running: hosts.filter((host) => !["none", undefined].includes(memory(host))),
      unknown: hosts.filter((host) => memory(host) === undefined),
      tickets: known && settings.tickets.map((ticket) => ticketPicture(ticket, known, settings)),
    },
  }
}

function siteOf({ inventory }: Look, { vip }: BoothSettings): string | undefined {
  return inventory.vips.find(({ name }) => name === vip)?.address
}

function ticketPicture(ticket: BoothTicket, known: readonly TicketState[], { sites }: BoothSettings): TicketPicture {
  const { name } = ticket
  const state = known.find((one) => one.name === name)
  const { granted = false, standby = false, owner, expires } = state ?? {}
  const holder = owner === undefined ? null : (sites.find((address) => memberNumber(address) === owner) ?? UNKNOWN)
  // Of a manual one boothd writes a time as well, which means nothing.
  const ends = holder !== null && expires !== undefined && !isManual(ticket)
  return { name, granted, standby, holder, expires: ends ? new Date(expires * 1000).toISOString() : null }
}

const UNKNOWN = "unknown"

function blocks({ site, running, unknown, tickets }: NonNullable<BoothPicture["booth"]>): readonly Block[] {
  if (tickets === undefined) return [{ line: "booth's tickets: not known", tone: "yellow" }]
  const silent = unknown.length === 0 ? "" : `${listing(unknown)} could not be asked`
  const nowhere = running.length === 0
  const on = nowhere ? (silent === "" ? "boothd runs nowhere" : `boothd: ${silent}`) : `boothd on ${listing(running)}`
  const rows = tickets.map(({ name, granted, standby, holder, expires }) => [
    name,
    granted
      ? ({ text: standby ? "here, in standby" : "here", tone: standby ? "yellow" : "green" } as const)
      : ({
          text: holder === null ? "nobody" : holder === site ? "here, not yet granted" : holder,
          tone: holder === null || holder === UNKNOWN ? "yellow" : "dim",
        } as const),
    expires === null ? "" : expires.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
  ])
  return [
    { rows: [heading("ticket", "held by", "until"), ...rows] },
    {
      line: nowhere || silent === "" ? `  ${on}` : `  ${on}; ${silent}`,
      tone: silent !== "" ? "yellow" : nowhere ? "red" : "dim",
    },
  ]
}

/** A ticket that nobody has been given is no failure, and nothing that waits for it runs anywhere. */
function checkOf(settings: BoothSettings, { look, assessed }: Seen): Check {
  const { booth: picture } = pictureOf(look)
  const { tickets, running = [], unknown = [] } = picture ?? {}
  const members = memberNames(look)
  const silent = look.inventory.hosts
    .filter((host) => roleOn(look.inventory, host)?.role === "arbitrator" && !running.includes(host.name))
    .map(({ name }) =>
      unknown.includes(name)
        ? `the arbitrator ${name} could not be asked`
        : `boothd does not run on the arbitrator ${name}`,
    )
  const differing = [boothConfig, booth].flatMap((step) =>
    assessed(step).flatMap(({ host, drift }) => drift.map((one) => ({ of: host, what: driftSentence(one) }))),
  )
  const refused = [boothConfig, booth].flatMap((step) => assessed(step).flatMap(obstacles))
  const atSite = running.filter((host) => members.includes(host))
  const unasked = unknown.filter((host) => members.includes(host))
  const free = (tickets ?? []).filter(({ holder, granted }) => holder === null && !granted).map(({ name }) => name)
  const strange = (tickets ?? []).filter(({ holder }) => holder === UNKNOWN).map(({ name }) => name)
  const held = (tickets ?? []).flatMap(({ name, granted, holder }) =>
    granted ? [`${name} is this site's`] : holder === null || holder === UNKNOWN ? [] : [`${name} is ${holder}'s`],
  )
  return check(
    "booth",
    "boothd runs at this site, and each ticket is somebody's",
    [...(running.length === 0 ? [] : [`boothd on ${listing(running)}`]), ...held],
    {
      fails: [
        ...(atSite.length === 0 ? [nowhereAmong(unasked)] : []),
        ...(atSite.length > 1 ? [`boothd runs on ${listing(atSite)}: it has one address`] : []),
        ...(tickets === undefined ? ["no node of the cluster could tell of its tickets"] : []),
        ...silent,
        ...refused,
        ...saidOnce(differing).map(({ what, of }) => `${listing(of)}: ${what}`),
      ],
      warnings: [
        ...free.map((name) => `${name} is granted to nobody: booth grant -c ${settings.name} ${name}`),
        ...strange.map((name) => `${name} is held by a site that is not among booth.sites`),
      ],
    },
  )
}

function nowhereAmong(unasked: readonly string[]): string {
  return unasked.length === 0
    ? "boothd runs on none of the cluster's nodes"
    : `boothd runs on no node of the cluster that could be asked: ${listing(unasked)} could not`
}
