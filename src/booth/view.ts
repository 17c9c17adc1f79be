import { listing } from "../base/words.ts"
import { reachedMembers, shownByMembers } from "../membership/view/members.ts"
import { type Check, check } from "../model/check.ts"
import { type Block, heading } from "../model/screen.ts"
import { settingsOf } from "../model/section.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { BOOTH, type BoothSettings, roleOn } from "./settings.ts"
import { BOOTH_ANSWER } from "./state.ts"
import { booth } from "./steps/booth.ts"
import { boothConfig } from "./steps/booth-config.ts"
import { memberNumber, TICKETS, type TicketState } from "./tickets.ts"

interface TicketPicture {
  name: string
  /** This site has it, by its own cluster's word. */
  granted: boolean
  standby: boolean
  /** Address of the site that has it; `null` where nobody has. */
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
  const running = inventory.hosts.filter(({ name }) => isRunning(look, name)).map(({ name }) => name)
  return {
    booth: {
      site: siteOf(look, settings),
      running,
      tickets: known && settings.tickets.map(({ name }) => ticketPicture(name, known, settings)),
    },
  }
}

function siteOf({ inventory }: Look, { vip }: BoothSettings): string | undefined {
  return inventory.vips.find(({ name }) => name === vip)?.address
}

function isRunning(look: Look, host: string): boolean {
  const memory = look.answer(BOOTH_ANSWER, host)?.memory
  return memory !== undefined && memory !== "none"
}

function ticketPicture(name: string, known: readonly TicketState[], { sites }: BoothSettings): TicketPicture {
  const state = known.find((one) => one.name === name)
  const { granted = false, standby = false, owner, expires } = state ?? {}
  const holder = owner === undefined ? undefined : sites.find((address) => memberNumber(address) === owner)
  const ends = holder === undefined || expires === undefined ? null : new Date(expires * 1000).toISOString()
  return { name, granted, standby, holder: holder ?? null, expires: ends }
}

function blocks({ site, running, tickets }: NonNullable<BoothPicture["booth"]>): readonly Block[] {
  if (tickets === undefined) return [{ line: "booth's tickets: not known", tone: "yellow" }]
  const on = running.length === 0 ? "boothd runs nowhere" : `boothd on ${listing(running)}`
  const rows = tickets.map(({ name, granted, standby, holder, expires }) => [
    name,
    granted
      ? ({ text: standby ? "here, in standby" : "here", tone: standby ? "yellow" : "green" } as const)
      : ({
          text: holder === null ? "nobody" : holder === site ? "here, not yet granted" : holder,
          tone: holder === null ? "yellow" : "dim",
        } as const),
    expires === null ? "" : expires.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
  ])
  return [
    { rows: [heading("ticket", "held by", "until"), ...rows] },
    { line: `  ${on}`, tone: running.length === 0 ? "red" : "dim" },
  ]
}

/** A ticket that nobody has been given is no failure, and nothing that waits for it runs anywhere. */
function checkOf(settings: BoothSettings, { look, assessed }: Seen): Check {
  const { booth: picture } = pictureOf(look)
  const { tickets, running = [] } = picture ?? {}
  const members = reachedMembers(look)
  const silent = look.inventory.hosts
    .filter((host) => roleOn(look.inventory, host)?.role === "arbitrator" && !running.includes(host.name))
    .map(({ name }) => `boothd does not run on the arbitrator ${name}`)
  const drift = [boothConfig, booth].flatMap((step) =>
    assessed(step).flatMap(({ host, drift }) =>
      drift.map(({ attribute, have, want }) => `${host}: ${attribute}: ${have}, wanted ${want}`),
    ),
  )
  const atSite = running.filter((host) => members.includes(host))
  const free = (tickets ?? []).filter(({ holder, granted }) => holder === null && !granted).map(({ name }) => name)
  const held = (tickets ?? []).flatMap(({ name, granted, holder }) =>
    granted ? [`${name} is this site's`] : holder === null ? [] : [`${name} is ${holder}'s`],
  )
  return check(
    "booth",
    "boothd runs at this site, and each ticket is somebody's",
    [`boothd on ${listing(running)}`, ...held],
    {
      fails: [
        ...(atSite.length === 0 ? ["boothd runs on none of the cluster's nodes"] : []),
        ...(atSite.length > 1 ? [`boothd runs on ${listing(atSite)}: it has one address`] : []),
        ...(tickets === undefined ? ["no node of the cluster could tell of its tickets"] : []),
        ...silent,
        ...drift,
      ],
      warnings: free.map((name) => `${name} is granted to nobody: booth grant -c ${settings.name} ${name}`),
    },
  )
}
