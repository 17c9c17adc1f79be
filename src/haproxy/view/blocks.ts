import { age } from "../../base/age.ts"
import { cleanLine } from "../../base/clean.ts"
import { listing } from "../../base/words.ts"
import { type Block, type Cell, heading, type Tone } from "../../model/screen.ts"
import { checkWords, stateWords } from "../runtime/words.ts"
import type { HaproxyPicture } from "./picture.ts"
import { isUp } from "./services.ts"
import type { ServerStatus, ServiceStatus } from "./status.ts"

export function haproxyBlocks({ haproxies, services }: HaproxyPicture): readonly Block[] {
  return [...illBlocks(haproxies), ...serviceBlocks(services)]
}

/** Only where it is not as one expects: a line for each haproxy that is well would say nothing. */
function illBlocks(haproxies: HaproxyPicture["haproxies"]): readonly Block[] {
  return haproxies.flatMap(({ host, runtime }): Block[] => {
    if (runtime.state === "up") return []
    if (runtime.state === "unresponsive")
      return [{ line: `  haproxy on ${host} does not answer: ${cleanLine(runtime.reason)}`, tone: "red" }]
    const state = runtime.state === "absent" ? "not installed" : "does not run"
    return [{ line: `  haproxy on ${host}: ${state}`, tone: "yellow" }]
  })
}

/** Past this many, services that are well share a line, so that all of it stays one screen. */
const MANY = 8

/** Backends up and down per service, with the reason for each that is not up. */
function serviceBlocks(services: readonly ServiceStatus[]): readonly Block[] {
  const known = services.filter(({ servers }) => servers.length > 0)
  if (known.length === 0) return []
  const ill = known.filter(({ servers }) => !servers.every(isUp))
  const shown = known.length > MANY ? ill : known
  const well = known.filter((service) => !shown.includes(service))
  const rows = shown.map((service): (Cell | string)[] => [
    cleanLine(service.name),
    { text: shareWords(service), tone: toneOf(service) },
    { text: reasons(service), tone: "yellow" },
  ])
  const all = `all up: ${well.map((service) => `${service.name} ${shareWords(service)}`).join(", ")}`
  return [
    { rows: [heading("service", "backends up", ""), ...rows] },
    ...(well.length > 0 ? [{ text: all, tone: "dim", first: "  ", rest: "    " } as const] : []),
  ]
}

/** `3/3`; where some wait as backups: `1 active, 2 backup`, and with some down `0/1 active, 2/2 backup`. */
function shareWords({ active, backup }: ServiceStatus): string {
  if (backup.of === 0) return `${active.up}/${active.of}`
  if (active.up === active.of && backup.up === backup.of) return `${active.of} active, ${backup.of} backup`
  return `${active.up}/${active.of} active, ${backup.up}/${backup.of} backup`
}

function toneOf({ active, backup }: ServiceStatus): Tone {
  if (active.up + backup.up === 0) return "red"
  return active.up < active.of || backup.up < backup.of ? "yellow" : "green"
}

/** Servers that are down for the same reason are named together: `controller1 and controller2: L4 refused for 12 min`. */
function reasons({ servers }: ServiceStatus): string {
  const said = servers
    .filter((server) => !isUp(server))
    .map((server) => ({ name: server.name, reason: reasonOf(server) }))
  const different = [...new Set(said.map(({ reason }) => reason))]
  return different
    .map((reason) => {
      const names = said.filter((one) => one.reason === reason).map(({ name }) => cleanLine(name))
      return `${listing(names)}: ${reason}`
    })
    .join("; ")
}

/** As most of the haproxies see it; who sees it so is said where others see it up. */
function reasonOf({ seen }: ServerStatus): string {
  const ill = seen.filter(({ server }) => server.state !== "up" && server.state !== "unchecked")
  const [first] = ill
  if (first === undefined) return "not known"
  const { server } = first
  const why = server.state === "down" ? checkWords(server) || "down" : stateWords(server)
  const drained = server.state === "down" && server.admin === "drain" ? ", drained" : ""
  const by = ill.length < seen.length ? ` (as ${listing(ill.map(({ host }) => host))} sees it)` : ""
  return `${why}${drained} for ${age(Math.max(...ill.map((view) => view.server.since)))}${by}`
}
